using Pool.Gateway.Cli;

namespace Pool.Demo;

/// <summary>The demo's steps on the chain, before the streams and after them. The pool does all of it by itself; here only blocks go by.</summary>
public sealed class ChainStage(StatusClient pool, LocalChainClock clock, TimeProvider time)
{
    /// <summary>Parameters of tickets take none any more after so many blocks (protocol §5.4), and only then a winner is redeemed.</summary>
    private const ulong BlocksOfParameters = 41;

    /// <summary>Longest wait for the pool to do its part.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until the orchestrator is in the active set: from the round after its registration on.</summary>
    /// <exception cref="UserFaultException">It does not get there.</exception>
    public async Task<ChainStatus> BecomeActiveAsync(CancellationToken cancellationToken)
    {
        var chain = await ReadAsync(cancellationToken);
        if (!chain.Orchestrator.IsActive)
        {
            Console.WriteLine($"The orchestrator {chain.Orchestrator.Account} is active from the next round on: {chain.Round.BlocksLeft} blocks of the local chain go by");
            await clock.MineAsync(chain.Round.BlocksLeft + 1, cancellationToken);
            chain = await WaitAsync("the orchestrator is active", now => now.Orchestrator.IsActive, cancellationToken);
        }

        return chain;
    }

    /// <summary>Waits until every winning ticket is redeemed and a round has passed with its reward.</summary>
    /// <param name="before">The chain as it was before the streams.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UserFaultException">It does not get there.</exception>
    public async Task<ChainStatus> SettleAsync(ChainStatus before, CancellationToken cancellationToken)
    {
        var chain = await ReadAsync(cancellationToken);
        Console.WriteLine($"Paid with {chain.Payments.Tickets - before.Payments.Tickets} tickets, {chain.Winners - before.Winners} of them have won; they can be redeemed when {BlocksOfParameters} blocks have gone by, one a second");

        // No block is hurried here: a ticket lives in its round and the next, and rounds are short on this chain.
        await WaitAsync("every winning ticket is redeemed", now => now.OpenTickets == 0 && now.Outbox.Open == 0, cancellationToken);

        chain = await ReadAsync(cancellationToken);
        Console.WriteLine($"Redeemed; {chain.Round.BlocksLeft} blocks go by until the next round");
        await clock.MineAsync(chain.Round.BlocksLeft + 1, cancellationToken);
        var next = chain.Round.Number + 1;
        return await WaitAsync(
            $"round {next} has its reward", now => now.Outbox.Open == 0 && now.Rounds.Any(round => round.Number >= next && round.RewardTransaction is not null), cancellationToken);
    }

    private async Task<ChainStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var (chain, fault) = await pool.ReadChainAsync(cancellationToken);
        return chain ?? throw new UserFaultException($"There is no demo: {fault}.");
    }

    private async Task<ChainStatus> WaitAsync(string what, Func<ChainStatus, bool> isSo, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var chain = await ReadAsync(cancellationToken);
            if (isSo(chain))
            {
                return chain;
            }

            if (time.GetElapsedTime(since) > s_patience)
            {
                throw new UserFaultException($"It has not come so far within {s_patience.TotalSeconds:0} s that {what}. {string.Join(" ", chain.Outbox.Alarms)}");
            }

            await Task.Delay(s_pause, time, cancellationToken);
        }
    }
}
