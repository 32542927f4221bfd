namespace Pool.Shared.Ethereum;

/// <summary>
/// The operations on the curve secp256k1 that Ethereum's signatures need. Implementations are safe for any number of threads.
/// </summary>
public interface ISecp256k1
{
    /// <summary>Whether 32 bytes are a private key: above zero and below the order of the curve.</summary>
    bool IsPrivateKey(ReadOnlySpan<byte> privateKey);

    /// <summary>Writes the public key as x‖y, <see cref="Secp256k1.PublicKeyBytes"/> bytes.</summary>
    /// <exception cref="ArgumentException">The private key is none.</exception>
    void WritePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);

    /// <summary>Signs a digest with the nonce of RFC 6979 and the low one of the two s.</summary>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="digest">32 bytes.</param>
    /// <param name="signature">Receives r‖s, 64 bytes.</param>
    /// <returns>The recovery id, 0 to 3.</returns>
    /// <exception cref="ArgumentException">The private key is none.</exception>
    int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> signature);

    /// <summary>Finds the public key that made a signature; any s up to the order is accepted here.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="signature">r‖s, 64 bytes.</param>
    /// <param name="recoveryId">0 to 3.</param>
    /// <param name="publicKey">Receives x‖y when the answer is true.</param>
    bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey);
}

/// <summary>Sizes of the curve's values, and the implementation in use.</summary>
public static class Secp256k1
{
    /// <summary>Length of a private key, of a digest and of each of r and s.</summary>
    public const int ScalarBytes = 32;

    /// <summary>Length of a public key as x‖y.</summary>
    public const int PublicKeyBytes = 64;

    /// <summary>Length of r‖s.</summary>
    public const int SignatureBytes = 64;

    /// <summary>Highest recovery id.</summary>
    internal const int MaxRecoveryId = 3;

    /// <summary>libsecp256k1 where it is installed (some fifteen times faster), BouncyCastle elsewhere.</summary>
    public static ISecp256k1 Default { get; } = NativeSecp256k1.TryCreate() ?? (ISecp256k1)new BouncyCastleSecp256k1();
}
