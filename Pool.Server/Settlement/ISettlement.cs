namespace Pool.Server.Settlement;

/// <summary>The door of the room: returns only when the record is durable.</summary>
public interface ISettlement
{
    /// <summary>Writes one segment's record. Writing the same record again changes nothing.</summary>
    /// <param name="record">The record.</param>
    /// <param name="patience">How long the books may be away before this gives up.</param>
    /// <exception cref="SettlementException">The record is not durable; the gateway must not be told of a result.</exception>
    Task SettleAsync(SettleRecord record, TimeSpan patience);
}

/// <summary>A settle record could not be made durable.</summary>
public sealed class SettlementException(string message, Exception inner) : Exception(message, inner);
