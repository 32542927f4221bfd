using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Rounds;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>
/// Redeems winning tickets when their time has come (<see cref="RedemptionRules"/>): places intents in the outbox, in one transaction with the tickets'
/// rows, so that a ticket is never in two intents. What became of them is <see cref="RedemptionBooks"/>' and <see cref="RedemptionOutcomes"/>'.
/// </summary>
internal sealed partial class TicketRedeemer(
    IChainView chain, IContracts contracts, IEthereumRpc rpc, IOutbox outbox, WinnerShelf shelf, PendingRedemptions pending, ILedger ledger,
    NpgsqlDataSource database, TicketsNetwork network, IOptions<TicketsOptions> tickets, IOptions<RedemptionOptions> options, TimeProvider time,
    ILogger<TicketRedeemer> logger) : BackgroundService, IOpenRedemptions
{
    /// <summary>How often it looks even when no block comes.</summary>
    private static readonly TimeSpan s_glance = TimeSpan.FromSeconds(5);

    /// <summary>Wait after a first redemption that failed; twice as long after every other one.</summary>
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(15);

    /// <summary>Doublings of that wait at the most: half an hour.</summary>
    private const int MaxDoublings = 7;

    private readonly Dictionary<Bytes32, (int Attempts, DateTimeOffset Until)> _pauses = [];

    /// <summary>Looks at all winners once and does what is to be done.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    public async Task RedeemAsync(CancellationToken cancellationToken)
    {
        var now = chain.Now;
        while (await shelf.PostWonAsync(now.Round.Number, cancellationToken) > 0)
        {
            // Group by group.
        }

        pending.Set(await shelf.PendingAsync(cancellationToken));
        var waiting = await shelf.WaitingAsync(cancellationToken);
        if (waiting.Count == 0)
        {
            _pauses.Clear();
            return;
        }

        var used = await UsedAsync(waiting, cancellationToken);
        var choices = await ChooseAsync(now, [.. waiting.Where(winner => !used.Contains(winner.Hash))], cancellationToken);
        await LoseAsync(choices, now.Round.Number, cancellationToken);
        await shelf.RemarkAsync(
            [
                .. choices.Where(choice => choice.Choice is RedemptionChoice.Wait).Select(choice => (choice.Winner, ((RedemptionChoice.Wait)choice.Choice).Why)),
                .. waiting.Where(winner => used.Contains(winner.Hash)).Select(winner => (winner, "it is redeemed and waits for its block to stay")),
            ],
            cancellationToken);
        foreach (var batch in Batches(choices))
        {
            await PlaceAsync(batch, cancellationToken);
        }

        pending.Set(await shelf.PendingAsync(cancellationToken));
    }

    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM winning_tickets WHERE state IN ('won', 'redeeming'))");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        EveryBlock.DoAsync(() => Task.WhenAny(chain.NextChange(), pending.Stale), s_glance, time, RedeemAsync, LogFailed, stoppingToken);

    private async Task<IReadOnlyList<(Winner Winner, RedemptionChoice Choice)>> ChooseAsync(
        ChainSnapshot now, IReadOnlyList<Winner> winners, CancellationToken cancellationToken)
    {
        var validity = (await rpc.ReadAsync(
            new ContractRead(contracts.Now.TicketBroker, TicketBrokerAbi.TicketValidityPeriod), BlockTag.Latest, cancellationToken)).AsNumber();
        var cost = now.GasPrice * tickets.Value.RedeemGasOn(network);
        var choices = new List<(Winner, RedemptionChoice)>();
        foreach (var ofSender in winners.GroupBy(winner => winner.Sender))
        {
            var state = new RedemptionState(now, await chain.SenderAsync(ofSender.Key, cancellationToken), pending.Of(ofSender.Key), cost, validity);
            foreach (var winner in ofSender)
            {
                var choice = IsPausing(winner) ? new RedemptionChoice.Wait("its last redemption failed; it is tried again later") : RedemptionRules.Choose(winner, state);
                choices.Add((winner, choice));
                if (choice is RedemptionChoice.Redeem)
                {
                    state = state with { Pending = state.Pending + winner.Ticket.Ticket.FaceValue };
                }
            }
        }

        return choices;
    }

    /// <summary>A redemption that failed is not repeated at every block: each costs gas, or fills the outbox.</summary>
    private bool IsPausing(Winner winner)
    {
        if (winner.Attempts == 0)
        {
            return false;
        }

        if (!_pauses.TryGetValue(winner.Hash, out var pause) || pause.Attempts != winner.Attempts)
        {
            pause = (winner.Attempts, time.GetUtcNow() + (s_firstPause * Math.Pow(2, Math.Min(winner.Attempts - 1, MaxDoublings))));
            _pauses[winner.Hash] = pause;
        }

        return time.GetUtcNow() < pause.Until;
    }

    /// <summary>Tickets that the chain says are used: somebody was quicker, or an earlier redemption of ours was.</summary>
    private async Task<IReadOnlySet<Bytes32>> UsedAsync(IReadOnlyList<Winner> winners, CancellationToken cancellationToken)
    {
        var broker = contracts.Now.TicketBroker;
        var answers = await rpc.ReadAsync(
            [.. winners.Select(winner => new ContractRead(broker, TicketBrokerAbi.UsedTickets, winner.Hash))], BlockTag.Latest, cancellationToken);
        return winners.Zip(answers).Where(pair => pair.Second[0].AsFlag()).Select(pair => pair.First.Hash).ToHashSet();
    }

    private async Task LoseAsync(IReadOnlyList<(Winner Winner, RedemptionChoice Choice)> choices, long epoch, CancellationToken cancellationToken)
    {
        foreach (var (winner, choice) in choices)
        {
            if (choice is not RedemptionChoice.Lost lost)
            {
                continue;
            }

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await shelf.LoseAsync(transaction, [winner], lost.Why, epoch, cancellationToken) is { Count: > 0 } orders)
            {
                await ledger.PostAsync(transaction, orders, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                LogLost(winner.Hash, winner.Ticket.Ticket.FaceValue, lost.Why);
            }
        }
    }

    /// <summary>Who is urgent goes first; a ticket that failed in a batch goes alone, where its estimate says why.</summary>
    private IEnumerable<IReadOnlyList<Winner>> Batches(IReadOnlyList<(Winner Winner, RedemptionChoice Choice)> choices)
    {
        var ready = choices.Where(choice => choice.Choice is RedemptionChoice.Redeem)
            .OrderByDescending(choice => ((RedemptionChoice.Redeem)choice.Choice).IsUrgent).Select(choice => choice.Winner).ToList();
        return ready.Where(winner => winner.Attempts == 0).Chunk(options.Value.MaxBatch)
            .Concat(ready.Where(winner => winner.Attempts > 0).Select(winner => new[] { winner }));
    }

    private async Task PlaceAsync(IReadOnlyList<Winner> batch, CancellationToken cancellationToken)
    {
        var key = $"redeem/{Guid.CreateVersion7(time.GetUtcNow())}";
        var data = batch.Count == 1 ? TicketBrokerCalls.Redeem(batch[0].Ticket) : TicketBrokerCalls.Redeem([.. batch.Select(winner => winner.Ticket)]);
        var order = new IntentOrder(key, TransactionPurpose.TicketRedemption, contracts.Now.TicketBroker, data)
        {
            GasLimit = batch.Count == 1 ? null : (RedemptionOptions.BatchGasPerTicket * (ulong)batch.Count) + RedemptionOptions.BatchGasBase,
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await WinnerShelf.TryGiveAsync(transaction, batch, key, cancellationToken))
        {
            await outbox.PlaceAsync(transaction, order, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            LogPlaced(key, batch.Count, batch.Aggregate(Wei.Zero, (sum, winner) => sum + winner.Ticket.Ticket.FaceValue));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ordered {Key}: {Count} winning tickets with a face value of {FaceValue} together")]
    private partial void LogPlaced(string key, int count, Wei faceValue);

    [LoggerMessage(Level = LogLevel.Error, Message = "The winning ticket {Hash} with a face value of {FaceValue} is lost: {Why}")]
    private partial void LogLost(Bytes32 hash, Wei faceValue, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Winning tickets cannot be redeemed now: {Fault}")]
    private partial void LogFailed(string fault);
}
