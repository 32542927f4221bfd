using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Ledger;
using Pool.Server.Signing;

namespace Pool.Server.Rounds;

/// <summary>What became of the orchestrator's own calls: their gas is booked. What they brought is booked from the chain's figures, whoever sent them.</summary>
internal sealed partial class DutyOutcomes(ILedger ledger, IChainView chain, ILogger<DutyOutcomes> logger) : IIntentOwner
{
    private const string Actor = "rounds";

    public IReadOnlyCollection<TransactionPurpose> Purposes { get; } =
        [TransactionPurpose.Reward, TransactionPurpose.RoundInitialization, TransactionPurpose.Registration, TransactionPurpose.Cancellation];

    public Task<string?> ObserveAsync(Intent intent, TransactionReceipt receipt, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public async Task FinalAsync(
        NpgsqlTransaction transaction, Intent intent, TransactionReceipt? receipt, string? observed, CancellationToken cancellationToken)
    {
        LogFinal(intent.Order.Key, intent.State, intent.Detail);
        if (receipt is not null && GasSpent.Orders(receipt.Transaction, receipt.Cost, chain.Now.Round.Number, Actor).ToList() is { Count: > 0 } orders)
        {
            await ledger.PostAsync(transaction, orders, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is final: {State} {Detail}")]
    private partial void LogFinal(string key, IntentState state, string detail);
}
