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
        if (IsSame)
        {
            return time;
        }

        var ticks = ffmpeg.av_rescale_q(time, _outer, TimeBase);
        _last = _last != long.MinValue && ticks <= _last ? _last + 1 : ticks;
        _first ??= (_last, time);
        _outerTimes[_last] = time;
        return _last;
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
