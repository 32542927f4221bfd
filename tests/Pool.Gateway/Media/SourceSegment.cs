namespace Pool.Gateway.Media;

/// <summary>A segment of the source, ready to be sent: MPEG-TS in a file.</summary>
/// <param name="Sequence">Its number in the stream, from 0.</param>
/// <param name="Path">The file.</param>
/// <param name="Start">Time from the start of the source: when its first picture exists, live.</param>
/// <param name="Duration">Its exact duration.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record SourceSegment(int Sequence, string Path, TimeSpan Start, TimeSpan Duration, long Bytes)
{
    /// <summary>Longest segment the network takes (protocol §1.4, common.MaxDuration).</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(300);

    /// <summary>Largest segment the network takes, in bytes (protocol §1.4, common.MaxSegSize).</summary>
    public const long MaxBytes = 300_000_000;

    /// <summary>Whether codec, pixel format or size differ from the segment before (protocol §4.4, ForceSessionReinit).</summary>
    public bool IsNewFormat { get; init; }

    /// <summary>The part of it that is wanted, or null for all of it.</summary>
    public ClipRange? Clip { get; init; }
}

/// <summary>The part of a segment that is transcoded, in milliseconds from its start (protocol §2.4, SegParameters); 0 is unset.</summary>
public sealed record ClipRange(ulong FromMs, ulong ToMs);

/// <summary>A source, cut.</summary>
/// <param name="Segments">Its segments in order.</param>
/// <param name="IngestNote">Why it was encoded on the way in, as a sentence for people; null when the video was copied untouched.</param>
/// <param name="SourceFrames">Frames of the source, as ffprobe counts them; complete before the first segment is sent when the source is small.</param>
/// <param name="FrameCheck">Ends when every frame of the source is known to be in exactly one segment; a fault says the difference.</param>
public sealed record CutSource(
    IReadOnlyList<SourceSegment> Segments, string? IngestNote, Task<long> SourceFrames, Task FrameCheck);
