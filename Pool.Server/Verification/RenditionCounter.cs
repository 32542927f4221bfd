namespace Pool.Server.Verification;

/// <summary>What is really in a rendition, by our own counting.</summary>
/// <param name="Frames">Frames a decoder puts out.</param>
/// <param name="Pixels">Sum over the frames of their cropped width × height: what the gateway recounts (protocol §4.8).</param>
/// <param name="Width">Width of the first frame in pixels.</param>
/// <param name="Height">Height of the first frame in pixels.</param>
/// <param name="StartsWithKeyFrame">Whether the first frame is an IDR picture.</param>
/// <param name="Fault">Why this cannot be counted, in a sentence; null when it can.</param>
public sealed record RenditionCount(
    long Frames, long Pixels, int Width, int Height, bool StartsWithKeyFrame, bool HasAudio, long Bytes, string? Fault);

/// <summary>
/// Counts an H.264 rendition in MPEG-TS while its bytes stream through, in managed code and bounded memory: no codec is loaded in the
/// server. It reads headers only, so it can be led to count a picture that does not decode; it never counts fewer than there are.
/// </summary>
public sealed class RenditionCounter
{
    private readonly PictureCounter _pictures = new();
    private readonly AnnexBReader _nals;
    private readonly TransportStreamReader _stream;
    private long _bytes;

    public RenditionCounter()
    {
        _nals = new AnnexBReader(_pictures.OnNal);
        _stream = new TransportStreamReader(_nals.Append);
    }

    /// <summary>The next bytes, cut anywhere. Bad bytes are remembered as a fault, never thrown.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_stream.Fault is null)
        {
            _stream.Append(bytes);
        }
    }

    public RenditionCount Finish()
    {
        _stream.Finish();
        _nals.Finish();
        return new RenditionCount(
            _pictures.Frames, _pictures.Pixels, _pictures.Size.Width, _pictures.Size.Height, _pictures.StartsWithKeyFrame,
            _stream.HasAudio, _bytes, Fault());
    }

    private string? Fault() =>
        _bytes == 0 ? "it is empty"
        : _stream.Fault is { } fault ? fault
        : !_stream.HasVideo ? "it has no H.264 video"
        : _pictures.Undecodable > 0 ? "it has pictures without parameter sets"
        : _pictures.Frames == 0 ? "it has no frame"
        : null;
}
