using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Outbox;

/// <summary>The outbox's lines in the log.</summary>
internal sealed partial class OutboxLog(ILogger<OutboxLog> logger)
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Sends as {Account} on chain {ChainId}, next nonce {Nonce}")]
    public partial void Begun(Address account, ulong chainId, ulong nonce);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is signed with nonce {Nonce}: {Hash}")]
    public partial void Signed(string key, ulong nonce, Bytes32 hash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} is stuck with nonce {Nonce}: attempt {Number} offers {MaxFee} for a gas: {Hash}")]
    public partial void Replaced(string key, ulong nonce, int number, string maxFee, Bytes32 hash);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is in block {Block}: {Hash}")]
    public partial void Mined(string key, ulong block, Bytes32 hash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} is in no block any more, it was in {Block}: the same bytes are sent again")]
    public partial void Vanished(string key, ulong block);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key} is final: {State} {Detail}")]
    public partial void Ended(string key, IntentState state, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} does not go on: {Alarm}")]
    public partial void Alarmed(string key, string alarm);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Nothing is sent any more: {Halt}")]
    public partial void Halted(string halt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending goes on")]
    public partial void GoesOn();

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Key} could not be booked by its owner, it is tried again")]
    public partial void OwnerFailed(string key, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The chain cannot be seen, it is tried again: {Fault}")]
    public partial void ChainAway(string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database failed, it is tried again: {Fault}")]
    public partial void DatabaseAway(string fault);

    [LoggerMessage(Level = LogLevel.Critical, Message = "A pass of the outbox failed, it is tried again")]
    public partial void PassFailed(Exception failure);
}
