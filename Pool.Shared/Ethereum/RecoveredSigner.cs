namespace Pool.Shared.Ethereum;

/// <summary>Who signed a digest; of the two forms every signature has, only the one with the low s is accepted (EIP-2).</summary>
internal static class RecoveredSigner
{
    /// <summary>Half of the curve's order: the highest s that is accepted, since the other s of a signature is a second form of it.</summary>
    private static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
    ];

    /// <summary>Finds the signer.</summary>
    /// <param name="curve">Implementation of the curve.</param>
    /// <param name="digest">32 bytes.</param>
    /// <param name="signature">r‖s, 64 bytes.</param>
    /// <param name="recoveryId">0 or 1; anything else is refused.</param>
    /// <param name="signer">The signer when the answer is true.</param>
    public static bool TryRecover(
        ISecp256k1 curve, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, out Address signer)
    {
        signer = default;
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeyBytes];
        if (recoveryId is not (0 or 1) ||
            signature.Slice(Secp256k1.ScalarBytes, Secp256k1.ScalarBytes).SequenceCompareTo(HalfOrder) > 0 ||
            !curve.TryRecover(digest, signature, recoveryId, publicKey))
        {
            return false;
        }

        signer = PersonalMessage.AddressOf(publicKey);
        return true;
    }
}
