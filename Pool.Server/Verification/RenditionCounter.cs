using Pool.Server.Verification.Containers;
using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>What is really in a rendition, by our own counting.</summary>
/// <param name="Frames">Frames a decoder puts out.</param>
/// <param name="Pixels">Sum over the frames of their cropped width × height: what the gateway recounts (protocol §4.8).</param>
/// <param name="Width">Width of the first frame in pixels.</param>
/// <param name="Height">Height of the first frame in pixels.</param>
/// <param name="StartsWithKeyFrame">Whether the first frame is an IDR picture, or in VP9 a key frame.</param>
/// <param name="Fault">Why this cannot be counted, in a sentence; null when it can.</param>
public sealed record RenditionCount(
    long Frames, long Pixels, int Width, int Height, bool StartsWithKeyFrame, bool HasAudio, long Bytes, string? Fault)
{
    /// <summary>What the bytes are: MPEG-TS, when they are nothing else.</summary>
    public Container Container { get; init; }

    /// <summary>Codec of the video; H.264 when there is none that can be counted.</summary>
    public VideoCodec Codec { get; init; }

    /// <summary>Frames that are IDR pictures, or in VP9 key frames.</summary>
    public long KeyFrames { get; init; }

    /// <summary>Pictures that a decoder which starts here does not put out.</summary>
    public long SkippedFrames { get; init; }

    /// <summary>Bytes of the video alone.</summary>
    public long VideoBytes { get; init; }

    /// <summary>Time from the first to the last frame, in the order in which they are shown; zero with one frame.</summary>
    public TimeSpan Span { get; init; }

    /// <summary>The span and the last frame, which lasts as long as the others do on average; zero with one frame.</summary>
    public TimeSpan Duration => Frames > 1 ? Span + (Span / (Frames - 1)) : TimeSpan.Zero;
}

/// <summary>
/// Counts a rendition (H.264 and HEVC in MPEG-TS and MP4, VP9 in MP4) while its bytes stream through, in managed code and bounded memory: no
/// codec is loaded in the server. It reads headers only, so it can be led to count a picture that does not decode; it never counts fewer
/// than there are.
/// </summary>
public sealed class RenditionCounter
{
    /// <summary>Bytes after which it is clear what they are the beginning of.</summary>
    private const int DecidingBytes = 8;

    private readonly byte[] _beginning = new byte[DecidingBytes];
    private IContainerReader? _reader;
    private int _begun;
    private long _bytes;

    /// <summary>The next bytes, cut anywhere. Bad bytes are remembered as a fault, never thrown.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_reader is null)
        {
            var taken = Math.Min(DecidingBytes - _begun, bytes.Length);
            bytes[..taken].CopyTo(_beginning.AsSpan(_begun));
            _begun += taken;
            if (_begun < DecidingBytes)
            {
                return;
            }

            _reader = Decide();
            bytes = bytes[taken..];
        }

        if (_reader.Fault is null)
        {
            _reader.Append(bytes);
        }
    }

    /// <summary>There are no more bytes: the count.</summary>
    public RenditionCount Finish()
    {
        var reader = _reader ??= Decide();
        reader.Finish();
        var (span, hasRepeats) = reader.Times.Summarize();
        if (reader.Pictures is not { Tally: var tally } pictures)
        {
            return new RenditionCount(0, 0, 0, 0, false, reader.HasAudio, _bytes, FaultOf(reader) ?? "it has no video that can be counted")
            {
                Container = reader.Container,
            };
        }

        var fault = FaultOf(reader) ?? tally.Fault
            ?? (tally.Frames == 0 ? "it has no frame"
            : reader.Times.Count != tally.Frames + tally.Skipped ? $"it has {tally.Frames + tally.Skipped} pictures, but times for {reader.Times.Count}"
            : hasRepeats ? "two of its frames are shown at the same time"
            : null);
        return new RenditionCount(
            tally.Frames, tally.Pixels, tally.Size.Width, tally.Size.Height, tally.StartsWithKeyFrame, reader.HasAudio, _bytes, fault)
        {
            Container = reader.Container,
            Codec = pictures.Codec,
            KeyFrames = tally.KeyFrames,
            SkippedFrames = tally.Skipped,
            VideoBytes = reader.VideoBytes,
            Span = span,
        };
    }

    private string? FaultOf(IContainerReader reader) => _bytes == 0 ? "it is empty" : reader.Fault;

    private IContainerReader Decide()
    {
        var beginning = _beginning.AsSpan(0, _begun);
        IContainerReader reader = Mp4Reader.IsBegunBy(beginning) ? new Mp4Reader() : new TransportStreamReader();
        reader.Append(beginning);
        return reader;
    }
}
