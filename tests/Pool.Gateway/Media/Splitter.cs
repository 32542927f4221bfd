using System.Globalization;
using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>Cuts a file into MPEG-TS segments where a plan says, without touching the video.</summary>
public static class Splitter
{
    /// <summary>Most segments of one source: the list of cuts is one argument of a process, which Linux limits to 128 KiB.</summary>
    public const int MaxSegments = 12_000;

    /// <summary>Bit rate of audio that has to be encoded because MPEG-TS cannot carry it as it is.</summary>
    private const string AudioBitRate = "128k";

    /// <summary>Reads the video packets of a source, in the order of the file.</summary>
    /// <exception cref="UserFaultException">ffprobe cannot read the file.</exception>
    public static async Task<IReadOnlyList<VideoPacket>> ReadPacketsAsync(VideoSource source, CancellationToken cancellationToken)
    {
        var packets = new List<VideoPacket>();
        var probe = await MediaTool.FfprobeLinesAsync(
            ["-select_streams", source.VideoIndex.ToString(), "-show_entries", "packet=pts,duration,flags", "-of", "csv=p=0",
                MediaTool.Literal(source.Path)],
            line =>
            {
                if (VideoPacket.TryParse(line, out var packet))
                {
                    packets.Add(packet);
                }
            },
            cancellationToken);
        return probe.ExitCode == 0
            ? packets
            : throw new UserFaultException($"{source.Path} cannot be read to its end: {probe.LastError}");
    }

    /// <summary>Writes the planned segments of <paramref name="source"/> into <paramref name="folder"/>.</summary>
    /// <exception cref="UserFaultException">ffmpeg refused, or the network would refuse a segment.</exception>
    public static async Task<IReadOnlyList<SourceSegment>> SplitAsync(
        VideoSource source, SegmentPlan plan, string folder, CancellationToken cancellationToken)
    {
        if (plan.Segments.Count > MaxSegments)
        {
            throw new UserFaultException($"{source.Path} makes {plan.Segments.Count} segments; at most {MaxSegments} can be streamed at once.");
        }

        var split = await MediaTool.FfmpegAsync(
            ["-i", MediaTool.Literal(source.Path), .. Streams(source), "-c:v", "copy", .. Audio(source), .. Cuts(plan),
                Path.Combine(folder, "%05d.ts")],
            cancellationToken);
        if (split.ExitCode != 0)
        {
            throw MediaFault.Of($"{source.Path} cannot be cut into segments", split);
        }

        return plan.Segments.Select((segment, sequence) => Collect(segment, sequence, folder)).ToArray();
    }

    /// <summary>Arguments that take the source's video stream and its audio stream, if any, and nothing else.</summary>
    internal static IEnumerable<string> Streams(VideoSource source) => source.AudioIndex is { } audio
        ? ["-map", $"0:{source.VideoIndex}", "-map", $"0:{audio}"]
        : ["-map", $"0:{source.VideoIndex}"];

    /// <summary>Arguments for the audio: copied where players of MPEG-TS know the codec, else AAC.</summary>
    internal static IEnumerable<string> Audio(VideoSource source) => source.AudioCodec switch
    {
        null => [],
        "aac" or "mp3" or "ac3" => ["-c:a", "copy"],
        _ => ["-c:a", "aac", "-b:a", AudioBitRate],
    };

    private static IEnumerable<string> Cuts(SegmentPlan plan)
    {
        string[] muxer = ["-f", "segment", "-segment_format", "mpegts"];
        return plan.Segments.Count == 1
            ? [.. muxer, "-segment_time", SourceSegment.MaxDuration.TotalSeconds.ToString(CultureInfo.InvariantCulture)]
            : [.. muxer, "-segment_frames", string.Join(',', plan.Segments.Skip(1).Select(segment => segment.FirstPacket))];
    }

    private static SourceSegment Collect(PlannedSegment planned, int sequence, string folder)
    {
        var file = new FileInfo(Path.Combine(folder, $"{sequence:D5}.ts"));
        if (!file.Exists || file.Length == 0)
        {
            throw new UserFaultException($"ffmpeg did not write segment {sequence} of the source.");
        }

        if (file.Length > SourceSegment.MaxBytes)
        {
            throw new UserFaultException($"Segment {sequence} has {file.Length} bytes; the network takes at most {SourceSegment.MaxBytes}.");
        }

        return new SourceSegment(sequence, file.FullName, planned.Start, planned.Duration, file.Length);
    }
}
