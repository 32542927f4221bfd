using Pool.Server.Verification.Codecs;

namespace Pool.Server.Verification.Containers;

/// <summary>The instants at which the pictures of a video are to be shown, in the order in which they came.</summary>
/// <param name="unitsPerSecond">Units of the container's clock.</param>
internal sealed class FrameTimes(long unitsPerSecond)
{
    private readonly List<long> _times = [];

    public int Count => _times.Count;

    /// <summary>The next picture's time, in units of the container's clock. More than <see cref="PictureTally.MaxPictures"/> are not kept.</summary>
    public void Add(long time)
    {
        if (_times.Count <= PictureTally.MaxPictures)
        {
            _times.Add(time);
        }
    }

    /// <summary>Puts them in order: the time from the first to the last, and whether two are the same.</summary>
    public (TimeSpan Span, bool HasRepeats) Summarize()
    {
        if (_times.Count == 0)
        {
            return default;
        }

        var ordered = _times.ToArray();
        Array.Sort(ordered);
        var hasRepeats = false;
        for (var next = 1; next < ordered.Length; next++)
        {
            hasRepeats |= ordered[next] == ordered[next - 1];
        }

        return (ToTime((Int128)ordered[^1] - ordered[0]), hasRepeats);
    }

    private TimeSpan ToTime(Int128 units)
    {
        var ticks = units * TimeSpan.TicksPerSecond / unitsPerSecond;
        return new TimeSpan((long)Int128.Clamp(ticks, 0, TimeSpan.MaxValue.Ticks));
    }
}
