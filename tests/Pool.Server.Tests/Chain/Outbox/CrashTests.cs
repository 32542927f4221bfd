using Pool.Server.Chain.Outbox;
using Pool.Shared.Money;
using static Pool.Server.Tests.Chain.Outbox.OutboxUnderTest;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>
/// The process ends between any two things it does to the world: before and after everything it asks of the node, the signer and the owners. Each time another one goes on.
/// </summary>
public sealed class CrashTests
{
    /// <summary>More than there are interactions in the series.</summary>
    private const int MaxPoints = 1_000;

    /// <summary>Fewer would be no series.</summary>
    private const int MinPoints = 50;

    [Fact]
    public async Task Whenever_the_process_ends_every_order_takes_effect_once_with_one_nonce()
    {
        await using var first = await StartAsync();
        for (var point = 0; point < MaxPoints; point++)
        {
            await using var outbox = first.Beside($"crash {point}");
            var hasCrashed = await RunAsync(outbox, point);
            AssertOnce(outbox, point);
            await AssertBookedAsync(outbox, point);
            if (!hasCrashed)
            {
                Assert.True(point > MinPoints, $"The series has only {point} interactions.");
                return;
            }
        }

        Assert.Fail("The series did not come to its end.");
    }

    /// <summary>A series with a replacement, a reorganization and a revert; the process ends at one interaction.</summary>
    /// <returns>Whether it came so far.</returns>
    private static async Task<bool> RunAsync(OutboxUnderTest outbox, int point)
    {
        var (passed, hasCrashed) = (0, false);
        Action<string> passing = _ =>
        {
            if (!hasCrashed && passed++ == point)
            {
                hasCrashed = true;
                throw new CrashException();
            }
        };
        (outbox.Chain.Passing, outbox.Signer.Passing, outbox.Owner.Passing) = (passing, passing, passing);
        outbox.Chain.Reverting.Add(Hex(Key(point, "reverts")));
        outbox.Chain.WouldRevert.Add(Hex(Key(point, "refused")));

        await outbox.PlaceAsync(Key(point, "one"), Key(point, "refused"), Key(point, "two"), Key(point, "reverts"));
        await PassAsync(outbox);
        outbox.Chain.BaseFee = Wei.OneGwei * 3;
        outbox.Chain.Mine();
        outbox.Time.Forward(outbox.Options.StuckAfter);
        await PassAsync(outbox);
        outbox.Chain.BaseFee = Wei.OneGwei;
        outbox.Chain.Mine();
        await PassAsync(outbox);
        outbox.Chain.Reorganize(2, isForgotten: true);
        for (var i = 0; i < 8; i++)
        {
            outbox.Time.Forward(outbox.Options.ResendAfter);
            await PassAsync(outbox);
            outbox.Chain.Mine();
        }

        return hasCrashed;
    }

    private static async Task PassAsync(OutboxUnderTest outbox)
    {
        try
        {
            await outbox.PassAsync();
        }
        catch (CrashException)
        {
            await outbox.EndProcessAsync();
            await outbox.PassAsync();
        }
    }

    private static string Key(int point, string name) => $"{point}/{name}";

    private static void AssertOnce(OutboxUnderTest outbox, int point)
    {
        Assert.Equal(
            (point, 1, 1, 1, 0),
            (point, outbox.Effects(Key(point, "one")), outbox.Effects(Key(point, "two")), outbox.Effects(Key(point, "reverts")), outbox.Effects(Key(point, "refused"))));
        var nonces = outbox.Chain.Broadcast.GroupBy(one => FakeChain.Hex(one.Transaction.Data), one => one.Transaction.Nonce).ToDictionary(group => group.Key, group => group.Distinct().ToList());
        Assert.All(nonces.Values, used => Assert.Single(used));
        Assert.Equal(3, nonces.Values.SelectMany(used => used).Distinct().Count());
    }

    private static async Task AssertBookedAsync(OutboxUnderTest outbox, int point)
    {
        foreach (var (key, state) in new[] { ("one", "Done"), ("two", "Done"), ("reverts", "Reverted"), ("refused", "Refused") })
        {
            Assert.Equal((point, state), (point, (await outbox.BookedAsync(Key(point, key)))?.State));
        }
    }

    /// <summary>Nothing of ours catches it, as nothing catches kill -9.</summary>
    private sealed class CrashException : OperationCanceledException;
}
