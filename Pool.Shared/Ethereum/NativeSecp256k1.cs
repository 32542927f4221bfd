using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pool.Shared.Ethereum;

/// <summary>secp256k1 by libsecp256k1, the library Ethereum's own nodes use.</summary>
/// <remarks>
/// One context for the whole process, made once and randomised against timing attacks; from then on it is only read, which the
/// library allows from any thread. Lengths are checked here, because the library trusts its caller.
/// </remarks>
public sealed partial class NativeSecp256k1 : ISecp256k1
{
    private const string Library = "libsecp256k1.so.1";

    /// <summary>Function of the recovery module, which a build of the library may lack.</summary>
    private const string RecoveryExport = "secp256k1_ecdsa_recover";

    /// <summary>SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY, which every version of the library understands.</summary>
    private const uint ContextFlags = 0x301;

    /// <summary>SECP256K1_EC_UNCOMPRESSED.</summary>
    private const uint Uncompressed = 2;

    /// <summary>0x04 ‖ x ‖ y.</summary>
    private const int SerializedKeyBytes = 1 + Secp256k1.PublicKeyBytes;

    /// <summary>sizeof(secp256k1_pubkey).</summary>
    private const int OpaqueKeyBytes = 64;

    /// <summary>sizeof(secp256k1_ecdsa_recoverable_signature).</summary>
    private const int OpaqueSignatureBytes = 65;

    private static readonly Lazy<nint> s_context = new(CreateContext);

    private readonly nint _context;

    private NativeSecp256k1(nint context) => _context = context;

    /// <summary>The library's curve, or null where the library or its recovery module is not installed.</summary>
    public static NativeSecp256k1? TryCreate() => s_context.Value == 0 ? null : new NativeSecp256k1(s_context.Value);

    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey) =>
        privateKey.Length == Secp256k1.ScalarBytes && VerifyPrivateKey(_context, privateKey) == 1;

    public void WritePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Lengths.Require(privateKey, Secp256k1.ScalarBytes, nameof(privateKey));
        Lengths.Require(publicKey, Secp256k1.PublicKeyBytes, nameof(publicKey));
        Span<byte> key = stackalloc byte[OpaqueKeyBytes];
        if (CreatePublicKey(_context, key, privateKey) != 1)
        {
            throw new ArgumentException("Not a private key of secp256k1.", nameof(privateKey));
        }

        Serialize(key, publicKey);
    }

    public int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        Lengths.Require(privateKey, Secp256k1.ScalarBytes, nameof(privateKey));
        Lengths.Require(digest, Secp256k1.ScalarBytes, nameof(digest));
        Lengths.Require(signature, Secp256k1.SignatureBytes, nameof(signature));
        Span<byte> opaque = stackalloc byte[OpaqueSignatureBytes];
        if (SignRecoverable(_context, opaque, digest, privateKey, 0, 0) != 1)
        {
            throw new ArgumentException("Not a private key of secp256k1.", nameof(privateKey));
        }

        _ = SerializeCompact(_context, signature, out var recoveryId, opaque);
        return recoveryId;
    }

    public bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        Lengths.Require(digest, Secp256k1.ScalarBytes, nameof(digest));
        Lengths.Require(signature, Secp256k1.SignatureBytes, nameof(signature));
        Lengths.Require(publicKey, Secp256k1.PublicKeyBytes, nameof(publicKey));

        // The library aborts the process on a recovery id that cannot be.
        ArgumentOutOfRangeException.ThrowIfNegative(recoveryId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recoveryId, Secp256k1.MaxRecoveryId);
        Span<byte> opaque = stackalloc byte[OpaqueSignatureBytes];
        Span<byte> key = stackalloc byte[OpaqueKeyBytes];
        if (ParseCompact(_context, opaque, signature, recoveryId) != 1 || Recover(_context, key, opaque, digest) != 1)
        {
            return false;
        }

        Serialize(key, publicKey);
        return true;
    }

    private static nint CreateContext()
    {
        if (!NativeLibrary.TryLoad(Library, out var library) || !NativeLibrary.TryGetExport(library, RecoveryExport, out _))
        {
            return 0;
        }

        var context = Create(ContextFlags);
        Span<byte> seed = stackalloc byte[Secp256k1.ScalarBytes];
        RandomNumberGenerator.Fill(seed);
        if (Randomize(context, seed) != 1)
        {
            throw new CryptographicException("libsecp256k1 could not randomise its context.");
        }

        return context;
    }

    private void Serialize(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        Span<byte> serialized = stackalloc byte[SerializedKeyBytes];
        nuint length = SerializedKeyBytes;
        _ = SerializePublicKey(_context, serialized, ref length, key, Uncompressed);
        serialized[1..].CopyTo(publicKey);
    }

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    private static partial nint Create(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_randomize")]
    private static partial int Randomize(nint context, ReadOnlySpan<byte> seed);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_seckey_verify")]
    private static partial int VerifyPrivateKey(nint context, ReadOnlySpan<byte> privateKey);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_create")]
    private static partial int CreatePublicKey(nint context, Span<byte> key, ReadOnlySpan<byte> privateKey);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    private static partial int SerializePublicKey(nint context, Span<byte> output, ref nuint length, ReadOnlySpan<byte> key, uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    private static partial int SignRecoverable(
        nint context, Span<byte> signature, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, nint nonceFunction, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    private static partial int SerializeCompact(nint context, Span<byte> output, out int recoveryId, ReadOnlySpan<byte> signature);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    private static partial int ParseCompact(nint context, Span<byte> signature, ReadOnlySpan<byte> input, int recoveryId);

    [LibraryImport(Library, EntryPoint = RecoveryExport)]
    private static partial int Recover(nint context, Span<byte> key, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> digest);
}
