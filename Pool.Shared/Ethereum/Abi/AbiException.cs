namespace Pool.Shared.Ethereum.Abi;

/// <summary>
/// A signature or an interface cannot be understood, values do not fit the types they are for, or bytes are not what the types say. The
/// only exception that reading a stranger's bytes can end in.
/// </summary>
public sealed class AbiException : FormatException
{
    public AbiException(string message)
        : base(message)
    {
    }

    public AbiException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
