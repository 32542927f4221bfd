using System.Globalization;
using System.Text;

namespace Pool.Shared.Ethereum;

/// <summary>Messages signed the EIP-191 way ("personal sign"), the only kind of signature in Livepeer's protocol (§3.1).</summary>
public static class PersonalMessage
{
    /// <summary>Length of a signature: r‖s‖v.</summary>
    public const int SignatureBytes = Secp256k1.SignatureBytes + 1;

    /// <summary>v of a signature is this plus the recovery id, 27 or 28; a bare 0 or 1 is refused as the network refuses it.</summary>
    internal const int RecoveryOffset = 27;

    private static ReadOnlySpan<byte> Prefix => "\u0019Ethereum Signed Message:\n"u8;

    /// <summary>What is really signed: the hash of the prefix, the message's length in decimal and the message.</summary>
    public static byte[] Digest(ReadOnlySpan<byte> message)
    {
        var hash = new Keccak256();
        hash.Append(Prefix);
        hash.Append(Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture)));
        hash.Append(message);
        return hash.Finish();
    }

    /// <summary>Finds who signed a message.</summary>
    /// <param name="message">The message before EIP-191's prefix.</param>
    /// <param name="signature">65 bytes, s low, v 27 or 28; anything else is refused.</param>
    /// <param name="signer">The signer when the answer is true.</param>
    public static bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer) =>
        TryRecover(Secp256k1.Default, message, signature, out signer);

    /// <summary>The same on a given implementation of the curve.</summary>
    public static bool TryRecover(ISecp256k1 curve, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer)
    {
        ArgumentNullException.ThrowIfNull(curve);
        signer = default;
        return signature.Length == SignatureBytes && RecoveredSigner.TryRecover(
            curve, Digest(message), signature[..Secp256k1.SignatureBytes], signature[^1] - RecoveryOffset, out signer);
    }

    /// <summary>Whether <paramref name="address"/> signed the message.</summary>
    public static bool IsSignedBy(Address address, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        TryRecover(message, signature, out var signer) && signer == address;

    /// <summary>An address is the last 20 bytes of the public key's hash.</summary>
    internal static Address AddressOf(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[Keccak256.HashBytes];
        Keccak256.Hash(publicKey, hash);
        return Address.FromWire(hash);
    }
}
