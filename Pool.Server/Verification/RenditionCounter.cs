using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>What is really in a rendition, by our own counting.</summary>
/// <param name="Frames">Frames a decoder puts out.</param>
/// <param name="Pixels">Sum over the frames of their cropped width × height: what the gateway recounts (protocol §4.8).</param>
/// <param name="Width">Width of the first frame in pixels.</param>
/// <param name="Height">Height of the first frame in pixels.</param>
/// <param name="StartsWithKeyFrame">Whether the first frame is an IDR picture.</param>
/// <param name="Fault">Why this cannot be counted, in a sentence; null when it can.</param>
public sealed record RenditionCount(
    long Frames, long Pixels, int Width, int Height, bool StartsWithKeyFrame, bool HasAudio, long Bytes, string? Fault)
{
    /// <summary>What the bytes are: MPEG-TS, when they are nothing else.</summary>
    public Container Container { get; init; }
}

/// <summary>
/// Counts an H.264 rendition in MPEG-TS or MP4 while its bytes stream through, in managed code and bounded memory: no codec is loaded in the
/// server. It reads headers only, so it can be led to count a picture that does not decode; it never counts fewer than there are.
/// </summary>
public sealed class RenditionCounter
{
    /// <summary>Bytes after which it is clear what they are the beginning of.</summary>
    private const int DecidingBytes = 8;

    private readonly byte[] _beginning = new byte[DecidingBytes];
    private readonly PictureCounter _pictures = new();
    private readonly AnnexBReader _nals;
    private readonly TransportStreamReader _stream;
    private readonly Mp4Reader _file;
    private int _begun;
    private bool _isDecided;
    private bool _isFile;
    private long _bytes;

    public RenditionCounter()
    {
        _nals = new AnnexBReader(_pictures.OnNal);
        _stream = new TransportStreamReader(_nals.Append);
        _file = new Mp4Reader(new Mp4Samples(_pictures));
    }

    /// <summary>The next bytes, cut anywhere. Bad bytes are remembered as a fault, never thrown.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_isDecided)
        {
            Read(bytes);
            return;
        }

        var taken = Math.Min(DecidingBytes - _begun, bytes.Length);
        bytes[..taken].CopyTo(_beginning.AsSpan(_begun));
        _begun += taken;
        if (_begun == DecidingBytes)
        {
            Decide();
            Read(bytes[taken..]);
        }
    }

    public RenditionCount Finish()
    {
        if (!_isDecided)
        {
            Decide();
        }

        if (_isFile)
        {
            _file.Finish();
        }
        else
        {
            _stream.Finish();
            _nals.Finish();
        }

        return new RenditionCount(
            _pictures.Frames, _pictures.Pixels, _pictures.Size.Width, _pictures.Size.Height, _pictures.StartsWithKeyFrame,
            _isFile ? _file.HasAudio : _stream.HasAudio, _bytes, Fault())
        {
            Container = _isFile ? Container.Mp4 : Container.MpegTs,
        };
    }

    private void Decide()
    {
        (_isDecided, _isFile) = (true, Mp4Reader.IsBegunBy(_beginning.AsSpan(0, _begun)));
        Read(_beginning.AsSpan(0, _begun));
    }

    private void Read(ReadOnlySpan<byte> bytes)
    {
        if (_isFile)
        {
            _file.Append(bytes);
        }
        else if (_stream.Fault is null)
        {
            _stream.Append(bytes);
        }
    }

    private string? Fault() =>
        _bytes == 0 ? "it is empty"
        : (_isFile ? _file.Fault : _stream.Fault) is { } fault ? fault
        : !(_isFile ? _file.HasVideo : _stream.HasVideo) ? "it has no H.264 video"
        : _pictures.Undecodable > 0 ? "it has pictures without parameter sets"
        : _pictures.Frames == 0 ? "it has no frame"
        : null;
}
