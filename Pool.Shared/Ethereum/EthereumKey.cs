using System.Security.Cryptography;

namespace Pool.Shared.Ethereum;

/// <summary>A private key and its address. Disposing wipes the key from memory.</summary>
public sealed class EthereumKey : IDisposable
{
    /// <summary>Length of a private key.</summary>
    public const int Bytes = Secp256k1.ScalarBytes;

    private readonly ISecp256k1 _curve;

    // Pinned, so that the collector leaves no copy behind.
    private readonly byte[] _privateKey = GC.AllocateArray<byte>(Bytes, pinned: true);
    private bool _disposed;

    private EthereumKey(ReadOnlySpan<byte> privateKey, ISecp256k1 curve)
    {
        _curve = curve;
        privateKey.CopyTo(_privateKey);
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeyBytes];
        curve.WritePublicKey(privateKey, publicKey);
        Address = PersonalMessage.AddressOf(publicKey);
    }

    /// <summary>The address of this key.</summary>
    public Address Address { get; }

    /// <summary>Makes a new random key.</summary>
    public static EthereumKey Create()
    {
        Span<byte> privateKey = stackalloc byte[Bytes];
        try
        {
            do
            {
                RandomNumberGenerator.Fill(privateKey);
            }
            while (!Secp256k1.Default.IsPrivateKey(privateKey));

            return new EthereumKey(privateKey, Secp256k1.Default);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Takes a key from its 32 bytes.</summary>
    /// <exception cref="ArgumentException">The bytes are not a private key: wrong length, zero, or not below the curve's order.</exception>
    public static EthereumKey FromBytes(ReadOnlySpan<byte> privateKey) => FromBytes(privateKey, Secp256k1.Default);

    /// <summary>The same on a given implementation of the curve.</summary>
    public static EthereumKey FromBytes(ReadOnlySpan<byte> privateKey, ISecp256k1 curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return curve.IsPrivateKey(privateKey)
            ? new EthereumKey(privateKey, curve)
            : throw new ArgumentException(
                $"Not a private key: it takes {Bytes} bytes, above zero and below the order of secp256k1.", nameof(privateKey));
    }

    /// <summary>Signs a message the EIP-191 way: 65 bytes r‖s‖v, v 27 or 28, s low, the nonce of RFC 6979 (protocol §3.1).</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[PersonalMessage.SignatureBytes];
        var recoveryId = SignDigest(PersonalMessage.Digest(message), signature.AsSpan(0, Secp256k1.SignatureBytes));
        signature[^1] = (byte)(PersonalMessage.RecoveryOffset + recoveryId);
        return signature;
    }

    /// <summary>Signs a digest as it is, which only transactions want; whoever signs a stranger's digest signs a stranger's transaction.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="signature">Receives r‖s, 64 bytes, s low.</param>
    /// <returns>The recovery id.</returns>
    internal int SignDigest(ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _curve.Sign(_privateKey, digest, signature);
    }

    /// <summary>The 32 bytes of the private key, for storing them; the caller wipes them.</summary>
    public byte[] ExportBytes()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _privateKey];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_privateKey);
        _disposed = true;
    }
}
