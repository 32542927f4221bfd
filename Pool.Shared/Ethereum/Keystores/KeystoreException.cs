namespace Pool.Shared.Ethereum.Keystores;

/// <summary>A key store cannot be opened; the message says why in a sentence for its owner. It never holds the passphrase or the key.</summary>
public sealed class KeystoreException : Exception
{
    public KeystoreException(string message)
        : base(message)
    {
    }

    public KeystoreException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
