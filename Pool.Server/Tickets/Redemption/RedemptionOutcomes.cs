using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tickets.Redemption;

/// <summary>
/// What became of our redemptions: their gas is booked, and tickets that an intent did not redeem wait again, or are lost where the contract's words leave no
/// hope. Those that it redeemed are ended by the chain's events.
/// </summary>
internal sealed partial class RedemptionOutcomes(WinnerShelf shelf, ILedger ledger, IChainView chain, PendingRedemptions pending, ILogger<RedemptionOutcomes> logger)
    : IIntentOwner
{
    private const string Actor = "redemption";

    /// <summary>Words of the contract after which no attempt can succeed (protocol §5.11, contracts §9). A used ticket is not among them: its event ends it.</summary>
    private static readonly string[] s_hopeless =
    [
        "ticket is expired", "recipientRand does not match recipientRandHash", "invalid signature over ticket hash", "ticket did not win",
        "ticket creationRound does not have a block hash", "ticket creationRoundBlockHash invalid for creationRound",
        "invalid length for ticket auxData", "ticket sender is null address", "ticket recipient is null address",
    ];

    public IReadOnlyCollection<TransactionPurpose> Purposes { get; } = [TransactionPurpose.TicketRedemption];

    public Task<string?> ObserveAsync(Intent intent, TransactionReceipt receipt, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public async Task FinalAsync(
        NpgsqlTransaction transaction, Intent intent, TransactionReceipt? receipt, string? observed, CancellationToken cancellationToken)
    {
        var redeemed = receipt is null ? new HashSet<Bytes32>() : Redemptions.In(receipt);
        var failed = (await WinnerShelf.OfIntentAsync(transaction, intent.Order.Key, cancellationToken)).Where(winner => !redeemed.Contains(winner.Hash)).ToList();
        var epoch = chain.Now.Round.Number;
        var orders = receipt is null ? [] : GasSpent.Orders(receipt.Transaction, receipt.Cost, epoch, Actor).ToList();
        if (failed.Count > 0)
        {
            var why = intent.Detail.Length > 0 ? intent.Detail : "its batch did not redeem it";
            LogFailed(intent.Order.Key, failed.Count, intent.State, why);
            if (s_hopeless.Any(words => why.Contains(words, StringComparison.Ordinal)))
            {
                orders.AddRange(await shelf.LoseAsync(transaction, failed, why, epoch, cancellationToken));
            }
            else
            {
                await WinnerShelf.TakeBackAsync(transaction, failed, why, cancellationToken);
            }
        }

        if (orders.Count > 0)
        {
            await ledger.PostAsync(transaction, orders, cancellationToken);
        }

        pending.Forget();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} is final ({State}) and {Count} tickets are not redeemed: {Why}")]
    private partial void LogFailed(string key, int count, IntentState state, string why);
}
