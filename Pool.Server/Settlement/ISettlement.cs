namespace Pool.Server.Settlement;

/// <summary>The door of the room: a segment's record becomes durable here, and comes into the books soon after.</summary>
public interface ISettlement
{
    /// <summary>Whether there is room for the records of one more session. Those that are active are served as long as there is any.</summary>
    bool TakesNewSessions { get; }

    /// <summary>What waits for the books, for the operator.</summary>
    SettlementFigures Figures { get; }

    /// <summary>Returns when the record is durable: it will be in the books, once, whatever becomes of this process or the database.</summary>
    /// <param name="record">The record.</param>
    /// <returns>When it was settled.</returns>
    /// <exception cref="SettlementException">The record is not durable; the gateway must not be told of a result.</exception>
    Task<DateTimeOffset> SettleAsync(SettleRecord record);

    /// <summary>Returns when the payment is durable: it will be in the books, once, whatever becomes of this process or the database.</summary>
    /// <exception cref="SettlementException">It is not durable, and nothing may be credited.</exception>
    Task SettleAsync(PaymentRecord record);

    /// <summary>Waits until everything that is settled now is in the books.</summary>
    Task WhenBookedAsync(CancellationToken cancellationToken);
}

/// <summary>What waits for the books.</summary>
/// <param name="JournalBytes">Bytes of the journal.</param>
/// <param name="JournalMaxBytes">Bytes it may have.</param>
/// <param name="Waiting">Records that are durable and not in Postgres yet.</param>
/// <param name="Refused">Records that Postgres has refused since the start; they are in <c>journal/refused.jsonl</c>.</param>
/// <param name="AwaySince">Since when Postgres has been away; null when it is not, as far as anybody knows.</param>
public sealed record SettlementFigures(long JournalBytes, long JournalMaxBytes, long Waiting, long Refused, DateTimeOffset? AwaySince);

/// <summary>A settle record could not be made durable.</summary>
public sealed class SettlementException(string message, Exception inner) : Exception(message, inner);
