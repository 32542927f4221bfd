using Npgsql;
using Pool.EndToEnd.Tests.Chaos;
using Pool.EndToEnd.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>The pool's Ethereum node falls silent in the middle of paid streams: the line to it swallows everything.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class NodeCutTests
{
    /// <summary>Answers that must come while no node answers.</summary>
    private const int AnswersMeanwhile = 20;

    /// <summary>Blocks that the pool hears nothing of.</summary>
    private const int BlocksMeanwhile = 3;

    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300)];

    [Fact]
    public async Task Streams_go_on_while_no_node_answers_and_every_winner_is_redeemed_when_one_does_again()
    {
        await using var scene = await MoneyScene.StartAsync();
        await using var database = NpgsqlDataSource.Create(scene.Database);
        var (moments, gate) = (new Moments(), new ServerGate());
        using var streams = new PaidStreams(scene);
        await using var before = new ReluctantMiner(scene, moments, gate);
        await using var after = new ReluctantMiner(scene, moments, gate);
        await scene.ToldAsync(before, streams.WaitForSessionsAsync());

        before.Start();
        streams.Start(s_pauses, moments, gate, () => before.IsHolding || after.IsHolding);
        await scene.ToldAsync(before, Patience.UntilAsync(
            "a redemption", MoneyScene.LongestRound, async () => await database.ScalarAsync("SELECT count(*) FROM winning_tickets WHERE state = 'redeemed'") > 0));
        await before.StopAsync();

        var back = new TaskCompletionSource();
        scene.NodeLine.StallUntil(back.Task);
        await scene.Chain.Node.MineAsync(BlocksMeanwhile);
        await SaidAsync(scene, before, "The chain cannot be read");
        var sent = await database.ScalarAsync("SELECT count(*) FROM payments");
        await scene.ToldAsync(before, streams.WaitForAnswersAsync(AnswersMeanwhile));
        Assert.True(await database.ScalarAsync("SELECT count(*) FROM payments") > sent, "Nothing was paid meanwhile.");

        back.SetResult();
        await SaidAsync(scene, before, "The chain can be read again");
        after.Start();
        await scene.ToldAsync(after, streams.WaitForAnswersAsync(AnswersMeanwhile));
        await scene.ToldAsync(after, streams.EndAsync());
        await scene.ToldAsync(after, scene.WaitForNothingOpenAsync(after));
        await after.StopAsync();

        Assert.Empty(streams.Failed);
        using var ledger = await scene.CheckLedgerAsync();
        var proof = new MoneyProof(
            GatewayLog.Read(streams.LogFile), scene.TicketSecret, await MoneyBooks.ReadAsync(scene.Database), await ChainFacts.ReadAsync(scene.Chain, scene.FirstNonce));
        Assert.True(proof.Faults(ledger) is [], $"{string.Join('\n', proof.Faults(ledger))}\n\n{scene.Story}");
        Assert.NotEqual(0, proof.AnsweredWinners);
    }

    private static Task SaidAsync(MoneyScene scene, ReluctantMiner miner, string words) => scene.ToldAsync(miner, Patience.UntilAsync(
        $"\"{words}\" in what the server says", () => Task.FromResult(scene.Server.Said.Contains(words, StringComparison.Ordinal))));
}
