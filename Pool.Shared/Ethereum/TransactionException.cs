namespace Pool.Shared.Ethereum;

/// <summary>Bytes are not a signed EIP-1559 transaction; the message says why.</summary>
public sealed class TransactionException : FormatException
{
    public TransactionException(string message)
        : base(message)
    {
    }

    public TransactionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
