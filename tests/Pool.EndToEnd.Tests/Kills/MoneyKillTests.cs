using System.Globalization;
using Npgsql;
using Pool.EndToEnd.Tests.Chaos;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Gateway.Streaming;
using Pool.Tests.Chain;
using Pool.Tests.Kit;
using Xunit.Abstractions;

namespace Pool.EndToEnd.Tests.Kills;

/// <summary>
/// <c>kill -9</c> of the server at random instants while tickets stream in, redemptions go out and rounds pass with their rewards, with real processes on a local chain with Livepeer's contracts.
/// <c>MONEY_SEED</c> repeats a run as far as the machine lets it.
/// </summary>
[Collection(PoolOfOne.Collection)]
public sealed class MoneyKillTests(ITestOutputHelper output)
{
    /// <summary>Answers between two kills, so that there is something to lose again.</summary>
    private const int AnswersBetween = 6;

    /// <summary>Winners that a run must have for it to say anything.</summary>
    private const int LeastWinners = 10;

    private const string Open = """
        SELECT (SELECT count(*) FROM winning_tickets WHERE state IN ('won', 'redeeming')) + (SELECT count(*) FROM tx_intents WHERE state NOT IN ('done', 'reverted', 'refused'))
        """;

    /// <summary>A round and the pauses of the pool in it: a redemption that came too late for a round is tried again after a while.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(4);

    /// <summary>A gateway in a hurry, two that have their own pace, and one whose parameters expire between its segments.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(6)];

    [Fact]
    public async Task Server_killed_at_random_instants_redeems_every_answered_winner_once_and_credits_no_nonce_again()
    {
        var plan = KillPlan.OfThisRun();
        output.WriteLine($"{KillPlan.SeedVariable}={plan.Seed}, {plan.Kills.Count} kills");
        await using var scene = await MoneyScene.StartAsync();
        var segments = scene.Media.Segments;
        var (moments, gate, file) = (new Moments(), new ServerGate(), Path.Combine(scene.Home, "tickets.jsonl"));
        using var log = new TicketLog(file);
        using var clock = new L1Clock(scene.Chain.Node.Url, TimeProvider.System);
        // Not disposed of: its key is everybody's.
        var wallet = new GatewayWallet(DevAccounts.Gateway, log, clock);
        using var replayer = new Replayer(scene, segments[0], wallet, file);
        await using var miner = new ReluctantMiner(scene, moments, gate);
        var streams = s_pauses.Select((pause, number) => new PaidStream($"stream-{number}", scene, segments, wallet, moments, gate, pause, () => miner.IsHolding)).ToList();
        await scene.WaitForSessionsAsync(Client(scene, wallet));

        miner.Start();
        using var end = new CancellationTokenSource();
        var streaming = Task.WhenAll(streams.Select(stream => stream.RunAsync(end.Token)));
        await Told(KillAllAsync(), scene, miner);
        await end.CancelAsync();
        await Told(Patience.ForAsync("the end of the streams", streaming), scene, miner);
        await Told(WaitForNothingOpenAsync(scene, miner), scene, miner);
        await miner.StopAsync();
        streams.ForEach(stream => stream.Dispose());
        await ProveAsync(plan, scene, file, [.. streams.SelectMany(stream => stream.Failed)], gate, replayer);

        async Task KillAllAsync()
        {
            foreach (var (number, kill) in plan.Kills.Index())
            {
                await KillAsync(kill, scene, moments, gate, replayer, wallet, miner);
                output.WriteLine($"kill {number + 1}, {kill.Delay.TotalMilliseconds:0} ms after {kill.After}: back, {streams.Sum(stream => stream.Answered)} segments answered so far");
                await AnswersAsync(streams, AnswersBetween);
            }
        }
    }

    private static OrchestratorClient Client(MoneyScene scene, GatewayWallet wallet) => new(scene.Orchestrator, GatewayRun.Needs(MoneyMedia.Profiles), wallet);

    private static async Task KillAsync(PlannedKill kill, MoneyScene scene, Moments moments, ServerGate gate, Replayer replayer, GatewayWallet wallet, ReluctantMiner miner)
    {
        var moment = moments.NextAsync(kill.After);
        await Patience.UntilAsync($"{kill.After}", s_longest, () => Task.FromResult(moment.IsCompleted || miner.Running.IsCompleted));
        await (moment.IsCompleted ? moment : miner.Running);
        await Task.Delay(kill.Delay, TimeProvider.System);
        var starts = scene.Server.Starts;
        gate.Close();
        await scene.KillServerAsync();
        await Patience.UntilAsync("a new server", () => Task.FromResult(scene.Server.Starts > starts));
        await scene.WaitForSessionsAsync(Client(scene, wallet));
        await replayer.ReplayAsync();
        gate.Reopen();
    }

    private static Task AnswersAsync(List<PaidStream> streams, int more)
    {
        var before = streams.Sum(stream => stream.Answered);
        return Patience.UntilAsync($"{more} answers after a kill", () => Task.FromResult(streams.Sum(stream => stream.Answered) >= before + more));
    }

    private static async Task WaitForNothingOpenAsync(MoneyScene scene, ReluctantMiner miner)
    {
        await using var database = NpgsqlDataSource.Create(scene.Database);
        await Patience.UntilAsync("the end of every winner and every order", s_longest, async () =>
        {
            if (miner.Running.IsCompleted)
            {
                await miner.Running;
            }

            return await database.ScalarAsync(Open) == 0;
        });
    }

    private static async Task Told(Task task, MoneyScene scene, ReluctantMiner miner)
    {
        try
        {
            await task;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{miner.Story}\n{scene.Story}", late);
        }
    }

    private async Task ProveAsync(KillPlan plan, MoneyScene scene, string file, List<SentSegment> failed, ServerGate gate, Replayer replayer)
    {
        var (sent, books) = (GatewayLog.Read(file), await MoneyBooks.ReadAsync(scene.Database));
        var chain = await ChainFacts.ReadAsync(scene.Chain, scene.FirstNonce);
        using var ledger = await scene.CheckLedgerAsync();
        var proof = new MoneyProof(sent, scene.TicketSecret, books, chain);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{sent.Requests.Count(request => request.IsGood)} of {sent.Requests.Count} requests answered, {sent.Tickets.Count} tickets, {proof.AnsweredWinners} answered winners, {chain.Redeemed.Count} redeemed for {chain.Paid} wei in {books.Intents.Count(intent => intent.Purpose == "TicketRedemption")} orders, {books.Intents.Count(intent => intent.State == "reverted")} orders reverted, {chain.Rounds} rounds, {chain.Rewards} rewards, {replayer.Known} known payments came again"));
        failed.ForEach(segment => output.WriteLine($"  {segment}"));

        var blamed = failed.Where(segment => !gate.WasInFlight(segment) && !segment.Errors[0].Contains(NetworkPayments.ParamsExpired, StringComparison.Ordinal)).Select(segment => $"{segment}");
        var wrong = proof.Faults(ledger).Concat(replayer.Wrongs).Concat(blamed).ToList();
        Assert.True(wrong.Count == 0, $"{KillPlan.SeedVariable}={plan.Seed}:\n{string.Join('\n', wrong)}\n\n{scene.Story}");
        Assert.True(proof.AnsweredWinners >= LeastWinners, $"{proof.AnsweredWinners} answered winners");
        Assert.NotEqual(0, replayer.Known);
        Assert.True(chain.Rewards > 1, $"{chain.Rewards} rewards");
    }
}
