namespace Pool.Gateway.Media;

/// <summary>A packet of the video stream, in the order of the file (decode order). Times are ticks of the stream's time base.</summary>
/// <param name="Presentation">When its picture is shown; null when the container does not say.</param>
/// <param name="Duration">How long, 0 when the container does not say.</param>
/// <param name="IsKey">Whether decoding can start here.</param>
/// <param name="IsDiscarded">Whether an edit list of the container hides its picture.</param>
public readonly record struct VideoPacket(long? Presentation, long Duration, bool IsKey, bool IsDiscarded)
{
    /// <summary>Reads a line of ffprobe's <c>packet=pts,duration,flags</c> in csv without section names; false for any other line.</summary>
    public static bool TryParse(string line, out VideoPacket packet)
    {
        var fields = line.Split(',');
        if (fields.Length < 3 || fields[2].Length == 0)
        {
            packet = default;
            return false;
        }

        long? presentation = long.TryParse(fields[0], out var pts) ? pts : null;
        _ = long.TryParse(fields[1], out var duration);
        packet = new VideoPacket(presentation, duration, fields[2].Contains('K', StringComparison.Ordinal),
            fields[2].Contains('D', StringComparison.Ordinal));
        return true;
    }
}
