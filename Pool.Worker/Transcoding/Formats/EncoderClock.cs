using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>
/// Timestamps as an encoder counts them, and back. libx265 and libvpx share bits out by the frame rate and take a tick for a frame; with
/// the input's 90,000 ticks a second their picture is worse by tenths of a decibel. So they count frames, and their packets get the
/// input's exact times again. libx264 takes any clock.
/// </summary>
internal sealed class EncoderClock
{
    /// <summary>How many ticks before the first frame an encoder may begin to count, whatever its frames' times are: as many as a decoder keeps frames.</summary>
    private const long MostFramesKept = 16;

    private readonly AVRational _outer;
    private readonly Dictionary<long, long> _outerTimes = [];
    private (long Encoder, long Outer)? _first;
    private long _last = long.MinValue;

    /// <param name="outer">Unit of the frames' timestamps.</param>
    /// <param name="frameRate">Frames per second, when known.</param>
    internal EncoderClock(VideoCodec codec, AVRational outer, AVRational frameRate)
    {
        _outer = outer;
        TimeBase = codec == VideoCodec.H264 || !frameRate.IsPositive ? outer : frameRate.Inverse;
    }

    /// <summary>Unit of the encoder's timestamps.</summary>
    internal AVRational TimeBase { get; }

    private bool IsSame => TimeBase == _outer;

    /// <summary>The encoder's time of a frame: the nearest tick that is free.</summary>
    internal long ToEncoder(long time)
    {
        var ticks = time;
        if (!IsSame)
        {
            ticks = Math.Max(ffmpeg.av_rescale_q(time, _outer, TimeBase), _last + 1);
            _outerTimes[ticks] = time;
        }

        _first ??= (ticks, time);
        _last = Math.Max(_last, ticks);
        return ticks;
    }

    /// <summary>
    /// When a packet is to be decoded, by the frames' own clock. Not known when the encoder's answer cannot be: later than the frame is
    /// shown, or further before the first frame than the frames given in go beyond it. libx265 3.5 says what its memory held before when
    /// a video ends before the third frame.
    /// </summary>
    /// <param name="decode">The packet's time of decoding, in the encoder's ticks.</param>
    /// <param name="shown">When its frame is shown, in the encoder's ticks.</param>
    internal long DecodeTime(long decode, long shown)
    {
        return _first is { Encoder: var first } && decode >= first - (_last - first) - MostFramesKept && decode <= shown
            ? ToOuter(decode)
            : ffmpeg.AV_NOPTS_VALUE;
    }

    /// <summary>A frame's own time for the encoder's; times before the first frame (of decoding) are counted back from it.</summary>
    internal long ToOuter(long ticks)
    {
        if (IsSame || ticks == ffmpeg.AV_NOPTS_VALUE)
        {
            return ticks;
        }

        if (_outerTimes.TryGetValue(ticks, out var time))
        {
            return time;
        }

        var (encoder, outer) = _first ?? (0, 0);
        return outer + ffmpeg.av_rescale_q(ticks - encoder, TimeBase, _outer);
    }
}
