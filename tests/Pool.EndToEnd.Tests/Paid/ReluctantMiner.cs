using System.Globalization;
using System.Text.Json;
using Npgsql;
using Pool.EndToEnd.Tests.Chaos;
using Pool.Tests.Chain;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>
/// Mines blocks one after the other, a round of the network in a few seconds. A round of an hour leaves a killed server its time; here, towards a round's end, blocks wait for what must be in it:
/// redemptions of tickets that would expire with it, and the reward. So a ticket that is lost is the pool's fault, not the machine's.
/// </summary>
internal sealed class ReluctantMiner(MoneyScene scene, Moments moments, ServerGate gate) : IAsyncDisposable
{
    /// <summary>From this block of a round on, parameters that were offered before it take no tickets any more: all winners of earlier rounds can be redeemed (protocol §5.4).</summary>
    private const ulong LastOldTicket = 40;

    /// <summary>Between two blocks.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks at a transaction behind a gap that the node does not close by itself, before it is dropped.</summary>
    private const int StuckLooks = 30;

    /// <summary>Winners of earlier rounds that could be redeemed and that nobody has ordered a redemption for, and those whose redemption is in no block.</summary>
    private const string OpenOfEarlierRounds = """
        SELECT count(*) FILTER (WHERE w.state = 'won' AND w.params_expiration_block <= $2), count(*) FILTER (WHERE w.state = 'redeeming' AND i.state IN ('planned', 'sent'))
        FROM winning_tickets w LEFT JOIN tx_intents i ON i.key = w.intent WHERE w.creation_round < $1
        """;

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(scene.Database);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _stuck;
    private bool _isHolding;
    private string _holding = "";

    /// <summary>Whether blocks wait for the pool: gateways then wait, too, or the winners of a minute would come in one block.</summary>
    public bool IsHolding => Volatile.Read(ref _isHolding);

    /// <summary>What it did last, for the message of a failure.</summary>
    public string Story { get; private set; } = "";

    private AnvilNode Node => scene.Chain.Node;

    /// <summary>Begins.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>Ends with the block that is being mined.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Volatile.Write(ref _isHolding, false);
    }

    /// <summary>Completes with a fault when it cannot go on.</summary>
    public Task Running => _running;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _database.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var waiting = await WaitingAsync();
            if (waiting > 0)
            {
                moments.Tell(Moment.Ordered);
            }

            var mayMine = await MayMineAsync(waiting);
            Volatile.Write(ref _isHolding, !mayMine);
            Story = $"THE CHAIN has {waiting} transactions waiting, {_stuck} looks in vain, and may {(mayMine ? "" : "not ")}go on: {_holding}";
            if (mayMine)
            {
                await Node.MineAsync();
                moments.Tell(Moment.Mined);
                if (waiting > 0)
                {
                    moments.Tell(Moment.Taken);
                }
            }

            await Task.Delay(s_pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> MayMineAsync(ulong waiting)
    {
        var (chain, contracts) = (scene.Chain, scene.Chain.Contracts);
        var round = (await chain.ReadAsync(contracts.RoundsManager, "lastInitializedRound")).AsUInt64();
        var head = (await chain.HeadAsync()).Number;
        if ((await chain.ReadAsync(contracts.RoundsManager, "currentRound")).AsUInt64() > round)
        {
            // The next round begins with the pool's own transaction.
            _holding = $"round {round} is over";
            moments.Tell(Moment.RoundOver);
            return waiting > 0;
        }

        var place = head - (await chain.ReadAsync(contracts.RoundsManager, "currentRoundStartBlock")).AsUInt64();
        _holding = $"block {place} of round {round}";
        if (place < LastOldTicket)
        {
            return true;
        }

        var (forgotten, sent) = await OpenAsync(round, head);
        _holding += $", {forgotten} to be sent, {sent} to be mined";
        // What a killed server has taken may still be in its journal alone.
        return forgotten == 0 && (waiting > 0 || (sent == 0 && gate.Open.IsCompletedSuccessfully));
    }

    /// <summary>What must come before the round is over: what nobody has sent yet, and what is in no block yet.</summary>
    private async Task<(long Forgotten, long Sent)> OpenAsync(ulong round, ulong head)
    {
        var rewarded = (await scene.Chain.ReadAsync(scene.Chain.Contracts.BondingManager, "getTranscoder", [MoneyScene.Key.Address]))[0].AsUInt64();
        await using var command = _database.CreateCommand(OpenOfEarlierRounds);
        command.Parameters.Add(new NpgsqlParameter { Value = (long)round });
        command.Parameters.Add(new NpgsqlParameter { Value = (long)head });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1) + (rewarded == round ? 0 : 1));
    }

    /// <summary>Transactions that the next block will have in it.</summary>
    private async Task<ulong> WaitingAsync()
    {
        var status = await Node.AskAsync("txpool_status", []);
        var (pending, queued) = (Number(status, "pending"), Number(status, "queued"));
        _stuck = pending == 0 && queued > 0 ? _stuck + 1 : 0;
        if (_stuck > StuckLooks)
        {
            // This node does not always put a transaction that came while it mined back in its row; its sender repeats the bytes of one that is forgotten.
            await Node.AskAsync("anvil_dropAllTransactions", []);
            _stuck = 0;
        }

        return pending;
    }

    private static ulong Number(JsonElement status, string name) =>
        ulong.Parse((status.GetProperty(name).GetString() ?? "0x0")[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
