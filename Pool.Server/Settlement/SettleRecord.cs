using System.Text.Json.Serialization;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Settlement;

/// <summary>How a segment ended, as the books name it.</summary>
public enum SegmentOutcome
{
    /// <summary>Every rendition was returned.</summary>
    Transcoded,

    /// <summary>The segment cannot be transcoded by anybody.</summary>
    BadInput,

    /// <summary>The pool failed; nobody is paid and the segment is not to blame.</summary>
    Failed,
}

/// <summary>Why a worker's result is in the books. Only one contribution of a segment is primary.</summary>
public enum ContributionRole
{
    Primary,
    Hedge,
    Check,
}

/// <summary>One rendition as the pool counted it.</summary>
/// <param name="Profile">Name the gateway gave the profile.</param>
/// <param name="Width">Real width in pixels, cropping included.</param>
/// <param name="Height">Real height in pixels, cropping included.</param>
/// <param name="Hash">Keccak-256 of the bytes, lower-case hex.</param>
public sealed record SettledRendition(string Profile, int Width, int Height, long Frames, long Pixels, long Bytes, string Hash);

/// <summary>What one worker did for the segment.</summary>
public sealed record SettledContribution(
    AssignmentId Assignment,
    WorkerId Worker,
    Address Payee,
    ContributionRole Role,
    IReadOnlyList<SettledRendition> Renditions,
    DateTimeOffset AssignedAt,
    DateTimeOffset FinishedAt);

/// <summary>
/// Everything the books need to know of one segment, written once, durably, before the gateway gets its answer (design §3.5).
/// </summary>
public sealed record SettleRecord(
    SegmentId Segment,
    DateTimeOffset ReceivedAt,
    string SessionId,
    Address Gateway,
    ReadOnlyMemory<byte> ManifestId,
    long Sequence,
    int DurationMilliseconds,
    long SourceBytes,
    byte[] SourceHash,
    SegmentOutcome Outcome,
    string Detail,
    IReadOnlyList<SettledContribution> Contributions)
{
    /// <summary>What it costs its session; null where nothing is charged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SettledDebit? Debit { get; init; }
}
