using System.Globalization;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Money;
using Xunit.Abstractions;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>Series of random weather: whatever happens, every order takes effect at most once and ends as the chain says. <c>OUTBOX_SEED=N</c> repeats one.</summary>
public sealed class WeatherTests(ITestOutputHelper output)
{
    private const int Steps = 200;
    private const int SettlingSteps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_the_weather_every_order_takes_effect_once_and_ends_as_the_chain_says(int number)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("OUTBOX_SEED"), CultureInfo.InvariantCulture, out var given) ? given : number;
        output.WriteLine($"OUTBOX_SEED={seed}");
        await using var outbox = await StartAsync();
        outbox.ChainOptions.Finality = "4";
        var keys = await BrewAsync(outbox, new Random(seed));
        await ClearUpAsync(outbox);

        var attempts = await outbox.ScalarAsync("SELECT count(*) FROM tx_attempts");
        var earlier = await outbox.ScalarAsync("SELECT count(*) FROM tx_intents i JOIN tx_attempts a ON a.hash = i.mined_hash JOIN tx_attempts b ON b.intent = i.id AND b.number > a.number");
        output.WriteLine($"{keys.Count} orders, {attempts} attempts, {outbox.Chain.Broadcast.Count} broadcasts, {earlier} mined although replaced");
        foreach (var key in keys)
        {
            var intent = await outbox.IntentAsync(key);
            var expected = outbox.Chain.WouldRevert.Contains(Hex(key)) ? IntentState.Refused
                : outbox.Chain.Reverting.Contains(Hex(key)) ? IntentState.Reverted : IntentState.Done;
            Assert.Equal((key, expected, expected == IntentState.Refused ? 0 : 1), (key, intent.State, outbox.Effects(key)));
            Assert.Equal(expected.ToString(), (await outbox.BookedAsync(key))?.State);
            if (intent.Nonce is not null)
            {
                Assert.Contains(outbox.Chain.Mined, one => one.Hash() == intent.Transaction);
            }
        }

        Assert.Equal(outbox.Chain.Broadcast.Select(one => FakeChain.Hex(one.Transaction.Data)).Distinct().Count(), outbox.Chain.Mined.Count);
        Assert.Equal("", await outbox.HaltAsync());
    }

    private static async Task<List<string>> BrewAsync(OutboxUnderTest outbox, Random random)
    {
        var (chain, keys) = (outbox.Chain, new List<string>());
        for (var step = 0; step < Steps; step++)
        {
            await ChangeAsync(outbox, random, keys);
            outbox.Time.Forward(TimeSpan.FromSeconds(random.Next(40)));
            try
            {
                await outbox.PassAsync();
            }
            catch (RpcException)
            {
                // Nobody answered; the next pass is another try.
            }

            if (random.Next(4) == 0)
            {
                chain.Mine();
            }
        }

        return keys;
    }

    private static async Task ChangeAsync(OutboxUnderTest outbox, Random random, List<string> keys)
    {
        var chain = outbox.Chain;
        switch (random.Next(15))
        {
            case 0 or 1 or 2:
                await PlaceAsync(outbox, random, keys);
                break;
            case 3:
                chain.Next(FakeChain.Weather.LoseReply, FakeChain.Weather.LoseRequest);
                break;
            case 4:
                chain.Next(FakeChain.Weather.Fine, FakeChain.Weather.LoseReply);
                break;
            case 5:
                chain.Reorganize(random.Next(1, 3), isForgotten: random.Next(2) == 0);
                break;
            case 6:
                chain.BaseFee = new Wei(random.NextInt64(500_000_000, 6_000_000_000));
                chain.MineEmpty();
                break;
            case 7:
                chain.Lag = random.Next(3);
                break;
            case 8:
                chain.ForgetPool();
                break;
            case 9:
                await outbox.EndProcessAsync();
                break;
            case 10:
                chain.IsAway = !chain.IsAway;
                break;
            case 11:
                chain.DeliverLost();
                break;
            case 12:
                chain.BaseFee = Wei.OneGwei;
                chain.MineOldestAttempt();
                break;
            case 13:
                chain.BaseFee = Wei.OneGwei * 8;
                chain.MineEmpty(2);
                break;
            default:
                (chain.Lag, chain.IsAway, chain.RefusesLowFees) = (0, false, random.Next(2) == 0);
                break;
        }
    }

    private static async Task PlaceAsync(OutboxUnderTest outbox, Random random, List<string> keys)
    {
        var key = $"order/{keys.Count}";
        keys.Add(key);
        if (random.Next(6) == 0)
        {
            outbox.Chain.WouldRevert.Add(Hex(key));
        }
        else if (random.Next(6) == 0)
        {
            outbox.Chain.Reverting.Add(Hex(key));
        }

        await outbox.PlaceAsync(key);
    }

    private static async Task ClearUpAsync(OutboxUnderTest outbox)
    {
        var chain = outbox.Chain;
        (chain.Lag, chain.IsAway, chain.RefusesLowFees, chain.BaseFee) = (0, false, false, Wei.OneGwei);
        for (var step = 0; step < SettlingSteps && (step < 6 || (await outbox.OpenAsync()).Count > 0); step++)
        {
            outbox.Time.Forward(outbox.Options.StuckAfter);
            await outbox.PassAsync();
            chain.Mine();
        }
    }
}
