using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding;

/// <summary>Makes renditions of segments. Several jobs may run at once; every member is safe to call from any thread.</summary>
public interface ITranscoder : IAsyncDisposable
{
    /// <summary>
    /// Numbers of the network's capabilities (protocol §2.3) that this transcoder has, in rising order. Found out at start by loading
    /// the libraries and looking for what each capability needs, so it never names what a job would then be refused.
    /// </summary>
    IReadOnlyList<int> Capabilities { get; }

    /// <summary>The device that transcodes, e.g. <c>cpu</c>.</summary>
    string Device { get; }

    /// <summary>
    /// Transcodes one segment by the rules of protocol §7.6. The outcome is a value; an exception means that <paramref name="sink"/>
    /// or the segment's stream threw, or that <paramref name="cancellationToken"/> was cancelled.
    /// </summary>
    /// <param name="job">The segment and what to make of it.</param>
    /// <param name="sink">Takes the renditions' bytes as they grow. Never called by two threads at once.</param>
    /// <param name="cancellationToken">Ends the job; nothing reaches <paramref name="sink"/> after the returned task has ended.</param>
    Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken);
}

/// <param name="SessionId">Opaque id that is the same for all segments of one stream's session.</param>
/// <param name="Segment">The segment's bytes, read once from its present position to its end; the caller disposes of it.</param>
/// <param name="SegmentBytes">How many bytes <paramref name="Segment"/> will give; a different number fails the job.</param>
/// <param name="Profiles">Renditions to make, in order.</param>
/// <param name="Clip">Encode only this part, or null.</param>
/// <param name="ForceReinit">Drop encoder and decoder state of this session before this segment.</param>
public sealed record TranscodeJob(
    string SessionId, Stream Segment, long SegmentBytes, IReadOnlyList<VideoProfile> Profiles, Clip? Clip, bool ForceReinit)
{
    /// <summary>Longest segment of the network (protocol §1.4).</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromMinutes(5);

    /// <summary>The segment's duration as its gateway claims it; its time limit depends on it. Zero when it is not known.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>A signature of every rendition's pictures is wanted, too.</summary>
    public bool IsSignatureWanted { get; init; }
}

/// <summary>Takes the bytes of a job's renditions while they are made: in order within a rendition, renditions interleaved.</summary>
public interface IRenditionSink
{
    /// <summary>Takes the next bytes of a rendition.</summary>
    /// <param name="rendition">Its place among the job's profiles.</param>
    /// <param name="bytes">The bytes; only valid until the returned task ends.</param>
    /// <param name="ct">Ends with the job.</param>
    ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>Takes the signature of a rendition's pictures; only called when the job wants signatures.</summary>
    /// <param name="rendition">Its place among the job's profiles.</param>
    /// <param name="signature">The signature's bytes; only valid until the returned task ends.</param>
    /// <param name="ct">Ends with the job.</param>
    ValueTask SignAsync(int rendition, ReadOnlyMemory<byte> signature, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Learns that a rendition is complete: no byte of it follows.</summary>
    /// <param name="rendition">Its place among the job's profiles.</param>
    /// <param name="ct">Ends with the job.</param>
    ValueTask CompleteAsync(int rendition, CancellationToken ct);
}

/// <summary>How a job ended.</summary>
public abstract record TranscodeOutcome
{
    private TranscodeOutcome()
    {
    }

    /// <summary>Every rendition was handed out and completed.</summary>
    /// <param name="DecodedFrames">Frames decoded from the segment's video.</param>
    /// <param name="Elapsed">Time from the last byte of the segment in hand to the last rendition complete.</param>
    public sealed record Done(long DecodedFrames, TimeSpan Elapsed) : TranscodeOutcome;

    /// <summary>The segment, or what is asked of it, is at fault; nobody could transcode it.</summary>
    /// <param name="Word">One of <see cref="InputFault.Words"/>.</param>
    public sealed record BadInput(string Word) : TranscodeOutcome;

    /// <summary>The transcoder failed; the segment is not to blame as far as it can tell.</summary>
    /// <param name="Reason">A sentence for people.</param>
    public sealed record Failed(string Reason) : TranscodeOutcome;
}
