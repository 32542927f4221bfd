using System.Globalization;
using System.Text;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Contracts;

/// <summary>What a piece of work counts as in the pool's books.</summary>
public enum ReceiptRole
{
    /// <summary>It is the segment's result.</summary>
    Primary,

    /// <summary>It was good, but another worker was first.</summary>
    Hedge,

    /// <summary>It was asked for to check another worker.</summary>
    Check,
}

/// <summary>One rendition as the pool counted it.</summary>
/// <param name="Width">Real width in pixels.</param>
/// <param name="Height">Real height in pixels.</param>
/// <param name="Frames">Frames in it.</param>
/// <param name="Pixels">Width × height × frames: what counts.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Hash">Keccak-256 of its bytes, lower-case hex.</param>
public sealed record ReceiptRendition(int Width, int Height, long Frames, long Pixels, long Bytes, string Hash);

/// <summary>What the pool owes a worker for: written in its books, durably, before it says so.</summary>
/// <param name="Pool">Address of the key that signs the pool's receipts, EIP-55.</param>
/// <param name="NodeKey">The worker, EIP-55.</param>
/// <param name="Payee">Who is credited, EIP-55.</param>
/// <param name="SegmentId">The pool's id of the segment.</param>
/// <param name="AssignmentId">The worker's attempt at it.</param>
/// <param name="Role">What the work counts as.</param>
/// <param name="SettledAtMilliseconds">When it became durable, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Renditions">In the order of the assignment's profiles.</param>
public sealed record Receipt(
    string Pool, string NodeKey, string Payee, Guid SegmentId, Guid AssignmentId, ReceiptRole Role, long SettledAtMilliseconds, IReadOnlyList<ReceiptRendition> Renditions)
{
    /// <summary>Version of <see cref="ToText"/>. Receipts are kept for years: a later form gets a later number.</summary>
    public const int Version = 1;

    /// <summary>
    /// The text that is signed (docs/protocol.md, Receipts): lines ended by one LF, none after the last. Nothing in it is a stranger's text, so no line can be mistaken for
    /// another.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Receipt of the transcoding pool\nPool: {Pool}\nNode key: {NodeKey}\nPayee: {Payee}\n");
        text.Append(CultureInfo.InvariantCulture, $"Segment: {SegmentId:D}\nAssignment: {AssignmentId:D}\nRole: {Word(Role)}\nSettled at: {SettledAtMilliseconds}\n");
        foreach (var (index, rendition) in Renditions.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"Rendition {index}: {rendition.Width}x{rendition.Height}, {rendition.Frames} frames, {rendition.Pixels} pixels, {rendition.Bytes} bytes, {rendition.Hash}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"Receipt version: {Version}").ToString();
    }

    /// <summary>Signs it (EIP-191).</summary>
    /// <param name="key">The key of <see cref="Pool"/>.</param>
    public SignedReceipt Sign(EthereumKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SignedReceipt(this, "0x" + Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(ToText()))));
    }

    private static string Word(ReceiptRole role) => role switch
    {
        ReceiptRole.Primary => "primary",
        ReceiptRole.Hedge => "hedge",
        ReceiptRole.Check => "check",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}

/// <summary>A receipt with the pool's signature.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Signature">EIP-191 signature of <see cref="Receipt.ToText"/> by the key of <see cref="Receipt.Pool"/>, 0x and 65 bytes as hex.</param>
public sealed record SignedReceipt(Receipt Receipt, string Signature)
{
    private const int SignatureText = 2 + (PersonalMessage.SignatureBytes * 2);

    /// <summary>Whether this key signed exactly this receipt.</summary>
    public bool IsSignedBy(Address pool)
    {
        var signature = new byte[PersonalMessage.SignatureBytes];
        return Signature is { Length: SignatureText }
            && Signature.StartsWith("0x", StringComparison.Ordinal)
            && Convert.FromHexString(Signature.AsSpan(2), signature, out _, out _) == System.Buffers.OperationStatus.Done
            && PersonalMessage.IsSignedBy(pool, Encoding.UTF8.GetBytes(Receipt.ToText()), signature);
    }
}
