using Pool.Server.Segments;
using Pool.Server.Verification;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Media;
using Pool.Shared.Money;

namespace Pool.Server.Dispatch;

/// <summary>A segment that is to be transcoded: what a gateway asked for, checked and hashed, its bytes in the spool.</summary>
public sealed record SegmentWork
{
    public required SegmentId Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string SessionId { get; init; }

    /// <summary>Sender of the payment; zero off-chain.</summary>
    public required Address Gateway { get; init; }

    public required ReadOnlyMemory<byte> ManifestId { get; init; }

    public required long Sequence { get; init; }

    public required int DurationMilliseconds { get; init; }

    /// <summary>What its session is charged for a pixel, in wei; null where nothing is charged.</summary>
    public Ratio? PricePerPixel { get; init; }

    public required IReadOnlyList<VideoProfile> Profiles { get; init; }

    /// <summary>Numbers of the capabilities the job needs (protocol §2.3).</summary>
    public required Pool.Shared.Livepeer.CapabilitySet Needs { get; init; }

    public Clip? Clip { get; init; }

    public bool ForceReinit { get; init; }

    /// <summary>A perceptual hash of every rendition is wanted, too (protocol §4.10).</summary>
    public bool IsSignatureWanted { get; init; }

    /// <summary>The pool's own clip: no gateway sent it and nobody pays for it, it shows what a worker sustains.</summary>
    public bool IsPoolsClip { get; init; }

    public required SpoolFile Source { get; init; }

    /// <summary>What the segment's own headers say, for holding renditions against it; under way while the segment is with its worker.</summary>
    public Task<SourceFacts?> Facts { get; init; } = Task.FromResult<SourceFacts?>(null);

    /// <summary>Keccak-256 of the bytes, equal to what the gateway signed.</summary>
    public required byte[] SourceHash { get; init; }
}

/// <summary>A rendition in the spool, as the pool counted it.</summary>
/// <param name="Profile">What was asked for.</param>
/// <param name="File">Where the bytes lie.</param>
/// <param name="Hash">Keccak-256 of the bytes.</param>
/// <param name="Count">Frames, dimensions and pixels by our own counting.</param>
public sealed record Rendition(VideoProfile Profile, SpoolFile File, byte[] Hash, RenditionCount Count)
{
    /// <summary>Its perceptual hash; null when none was wanted, or its worker makes none.</summary>
    public SpoolFile? Signature { get; init; }
}

/// <summary>How the pool ended with a segment. Settled before anybody sees it.</summary>
public abstract record SegmentResult
{
    private SegmentResult()
    {
    }

    /// <param name="Renditions">In the order of the profiles.</param>
    public sealed record Transcoded(IReadOnlyList<Rendition> Renditions) : SegmentResult;

    /// <summary>The segment is bad: nobody could transcode it.</summary>
    /// <param name="Word">One of <see cref="InputFault.Words"/>.</param>
    public sealed record BadInput(string Word) : SegmentResult;

    /// <summary>The pool failed; the segment is not to blame.</summary>
    public sealed record Failed(PoolFault Fault, string Detail) : SegmentResult;
}

/// <summary>Why the pool could not do it.</summary>
public enum PoolFault
{
    /// <summary>No connected worker has what the job needs.</summary>
    NoCapableWorker,

    /// <summary>All capable workers were busy until the deadline.</summary>
    NoFreeWorker,

    /// <summary>Every worker that tried failed.</summary>
    WorkersFailed,

    /// <summary>The result could not be made durable, so it is not given out.</summary>
    NotSettled,
}
