namespace Pool.Gateway.Media;

/// <summary>One planned segment.</summary>
/// <param name="FirstPacket">Number of its first video packet, which is a clean key frame.</param>
/// <param name="Packets">Video packets in it.</param>
/// <param name="Start">Time from the start of the source.</param>
/// <param name="Duration">Time until the next segment's first picture, or until the last picture ends.</param>
public sealed record PlannedSegment(int FirstPacket, int Packets, TimeSpan Start, TimeSpan Duration);

/// <summary>Where a stream can be cut without touching it, or why it cannot.</summary>
/// <param name="Segments">The segments; empty when the stream cannot be cut as it is.</param>
/// <param name="Obstacle">Why the stream has to be encoded first, or null.</param>
public sealed record SegmentPlan(IReadOnlyList<PlannedSegment> Segments, string? Obstacle)
{
    /// <summary>Length of segment an encoder in front of a gateway aims for.</summary>
    public static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    /// <summary>Segments longer than this are no live stream any more: the source is encoded with key frames every <see cref="Target"/>.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A key frame this much before the target still ends a segment: clocks of containers round.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>Plans the cuts of a video stream.</summary>
    public static SegmentPlan Make(IReadOnlyList<VideoPacket> packets, TimeBase timeBase)
    {
        if (Obstruct(packets) is { } obstacle)
        {
            return new SegmentPlan([], obstacle);
        }

        var shown = packets.Select(packet => packet.Presentation.GetValueOrDefault()).ToArray();
        var clean = CleanKeyFrames(packets, shown);
        var segments = new List<PlannedSegment>();
        var first = 0;
        while (first < shown.Length)
        {
            var next = NextCut(shown, clean, first, timeBase);
            var end = next < shown.Length ? shown[next] : EndOf(packets, shown, first);
            segments.Add(new PlannedSegment(
                first, next - first, timeBase.Span(shown[first] - shown[0]), timeBase.Span(end - shown[first])));
            first = next;
        }

        var longest = segments.Max(segment => segment.Duration);
        return longest > Longest
            ? new SegmentPlan([], $"its key frames are up to {longest.TotalSeconds:0.#} s apart")
            : new SegmentPlan(segments, Obstacle: null);
    }

    private static string? Obstruct(IReadOnlyList<VideoPacket> packets)
    {
        if (packets.Count == 0)
        {
            return "it has no video packets";
        }

        if (!packets[0].IsKey)
        {
            return "it starts in the middle of a group of pictures";
        }

        if (packets.Any(packet => packet.Presentation is null))
        {
            return "some of its pictures have no time";
        }

        return packets.Any(packet => packet.IsDiscarded) ? "an edit list hides some of its pictures" : null;
    }

    /// <summary>
    /// A key frame is a clean cut when everything before it in the file is shown before it and everything after it is shown after it.
    /// At any other (open groups of pictures) the pictures around it would lose the frames they refer to.
    /// </summary>
    private static bool[] CleanKeyFrames(IReadOnlyList<VideoPacket> packets, long[] shown)
    {
        var clean = new bool[shown.Length];
        var latest = long.MinValue;
        for (var index = 0; index < shown.Length; index++)
        {
            clean[index] = packets[index].IsKey && shown[index] > latest;
            latest = Math.Max(latest, shown[index]);
        }

        var earliest = long.MaxValue;
        for (var index = shown.Length - 1; index >= 0; index--)
        {
            clean[index] &= shown[index] < earliest;
            earliest = Math.Min(earliest, shown[index]);
        }

        return clean;
    }

    private static int NextCut(long[] shown, bool[] clean, int first, TimeBase timeBase)
    {
        for (var index = first + 1; index < shown.Length; index++)
        {
            if (clean[index] && timeBase.Span(shown[index] - shown[first]) >= Target - s_tolerance)
            {
                return index;
            }
        }

        return shown.Length;
    }

    private static long EndOf(IReadOnlyList<VideoPacket> packets, long[] shown, int first)
    {
        var order = Enumerable.Range(first, shown.Length - first).OrderBy(index => shown[index]).ToArray();
        var last = order[^1];
        var gap = order.Length > 1 ? shown[last] - shown[order[^2]] : 1;
        return shown[last] + Math.Max(packets[last].Duration, gap);
    }
}
