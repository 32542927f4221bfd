namespace Pool.Shared.Ethereum;

/// <summary>Bytes are not RLP in its one canonical form, or not the RLP that was expected; the message says where and why.</summary>
public sealed class RlpException(string message) : FormatException(message);
