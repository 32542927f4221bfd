using System.Globalization;
using Pool.EndToEnd.Tests.Chaos;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Payments;
using Xunit.Abstractions;

namespace Pool.EndToEnd.Tests.Paid;

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

    /// <summary>A gateway in a hurry, two that have their own pace, and one whose parameters expire between its segments.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(600), TimeSpan.FromSeconds(6)];

    [Fact]
    public async Task Server_killed_at_random_instants_redeems_every_answered_winner_once_and_credits_no_nonce_again()
    {
        var plan = KillPlan.OfThisRun();
        output.WriteLine($"{KillPlan.SeedVariable}={plan.Seed}, {plan.Kills.Count} kills");
        await using var scene = await MoneyScene.StartAsync();
        var (moments, gate) = (new Moments(), new ServerGate());
        using var streams = new PaidStreams(scene);
        using var replayer = new Replayer(scene, streams);
        await using var miner = new ReluctantMiner(scene, moments, gate);
        await scene.ToldAsync(miner, streams.WaitForSessionsAsync());

        miner.Start();
        streams.Start(s_pauses, moments, gate, () => miner.IsHolding);
        await scene.ToldAsync(miner, KillAllAsync());
        await scene.ToldAsync(miner, streams.EndAsync());
        await scene.ToldAsync(miner, scene.WaitForNothingOpenAsync(miner));
        await miner.StopAsync();
        await ProveAsync(plan, scene, streams, gate, replayer);

        async Task KillAllAsync()
        {
            foreach (var (number, kill) in plan.Kills.Index())
            {
                await KillAsync(kill, scene, streams, moments, gate, replayer, miner);
                output.WriteLine($"kill {number + 1}, {kill.Delay.TotalMilliseconds:0} ms after {kill.After}: back, {streams.Answered} segments answered so far");
                await streams.WaitForAnswersAsync(AnswersBetween);
            }
        }
    }

    private static async Task KillAsync(PlannedKill kill, MoneyScene scene, PaidStreams streams, Moments moments, ServerGate gate, Replayer replayer, ReluctantMiner miner)
    {
        var moment = moments.NextAsync(kill.After);
        await Patience.UntilAsync($"{kill.After}", MoneyScene.LongestRound, () => Task.FromResult(moment.IsCompleted || miner.Running.IsCompleted));
        await (moment.IsCompleted ? moment : miner.Running);
        await Task.Delay(kill.Delay, TimeProvider.System);
        var starts = scene.Server.Starts;
        gate.Close();
        await scene.KillServerAsync();
        await Patience.UntilAsync("a new server", () => Task.FromResult(scene.Server.Starts > starts));
        await streams.WaitForSessionsAsync();
        await replayer.ReplayAsync();
        gate.Reopen();
    }

    private async Task ProveAsync(KillPlan plan, MoneyScene scene, PaidStreams streams, ServerGate gate, Replayer replayer)
    {
        var (sent, books) = (GatewayLog.Read(streams.LogFile), await MoneyBooks.ReadAsync(scene.Database));
        var chain = await ChainFacts.ReadAsync(scene.Chain, scene.FirstNonce);
        using var ledger = await scene.CheckLedgerAsync();
        var proof = new MoneyProof(sent, scene.TicketSecret, books, chain);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{sent.Requests.Count(request => request.IsGood)} of {sent.Requests.Count} requests answered, {sent.Tickets.Count} tickets, {proof.AnsweredWinners} answered winners, {chain.Redeemed.Count} redeemed for {chain.Paid} wei in {books.Intents.Count(intent => intent.Purpose == "TicketRedemption")} orders, {books.Intents.Count(intent => intent.State == "reverted")} orders reverted, {chain.Rounds} rounds, {chain.Rewards} rewards, {replayer.Known} known payments came again"));
        var failed = streams.Failed.ToList();
        failed.ForEach(segment => output.WriteLine($"  {segment}"));

        var blamed = failed.Where(segment => !gate.WasInFlight(segment) && !segment.Errors[0].Contains(NetworkPayments.ParamsExpired, StringComparison.Ordinal)).Select(segment => $"{segment}");
        var wrong = proof.Faults(ledger).Concat(replayer.Wrongs).Concat(blamed).ToList();
        Assert.True(wrong.Count == 0, $"{KillPlan.SeedVariable}={plan.Seed}:\n{string.Join('\n', wrong)}\n\n{scene.Story}");
        Assert.True(proof.AnsweredWinners >= LeastWinners, $"{proof.AnsweredWinners} answered winners");
        Assert.NotEqual(0, replayer.Known);
        Assert.True(chain.Rewards > 1, $"{chain.Rewards} rewards");
    }
}
