using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Cutting;

/// <summary>One segment of a file.</summary>
/// <param name="Bytes">A file of its own.</param>
/// <param name="Duration">From its first picture to the first one of the next segment.</param>
internal sealed record CutSegment(ReadOnlyMemory<byte> Bytes, TimeSpan Duration);

/// <summary>
/// Cuts a file into segments at key frames, as an encoder in front of a gateway does: nothing is encoded, timestamps stay, every packet
/// of the video and of the best audio is in exactly one segment.
/// </summary>
internal sealed unsafe class SegmentCutter : IDisposable
{
    /// <summary>A key frame this much before the target still ends a segment: clocks of containers round.</summary>
    private const double ToleranceSeconds = 0.05;

    private readonly CutterInput _input;
    private readonly double _seconds;
    private AVPacket* _next;
    private bool _hasNext;

    /// <param name="file">The file; it can be sought, and stays the caller's.</param>
    /// <param name="seconds">Shortest length of a segment; 0 keeps the file whole.</param>
    /// <exception cref="Pool.Worker.Transcoding.InputFaultException">It is no video that segments can be cut of.</exception>
    internal SegmentCutter(Stream file, double seconds)
    {
        _input = new CutterInput(file);
        _seconds = seconds > 0 ? seconds - ToleranceSeconds : double.PositiveInfinity;
        _next = FFmpegException.Check(ffmpeg.av_packet_alloc(), nameof(ffmpeg.av_packet_alloc));
    }

    /// <summary>The next segment; null at the end of the file.</summary>
    internal CutSegment? Next()
    {
        if (!_hasNext && !(_hasNext = _input.TryRead(_next)))
        {
            return null;
        }

        using var file = new CutterOutput(_input);
        var (start, end) = (double.PositiveInfinity, double.NegativeInfinity);
        do
        {
            if (_input.IsVideo(_next))
            {
                var shown = _input.Seconds(_next);
                if (IsCut(shown, start))
                {
                    return new CutSegment(file.Finish(), TimeSpan.FromSeconds(shown - start));
                }

                start = Math.Min(start, shown);
                end = Math.Max(end, shown + _input.DurationSeconds(_next));
            }

            file.Write(_next);
        }
        while (_hasNext = _input.TryRead(_next));
        return new CutSegment(file.Finish(), TimeSpan.FromSeconds(Math.Max(0, end - start)));
    }

    public void Dispose()
    {
        var packet = _next;
        ffmpeg.av_packet_free(&packet);
        _next = null;
        _input.Dispose();
    }

    private bool IsCut(double shown, double start) =>
        (AVFields.Flags(_next) & ffmpeg.AV_PKT_FLAG_KEY) != 0 && double.IsFinite(start) && shown - start >= _seconds;
}
