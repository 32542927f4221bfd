using System.Text.Json;
using Pool.Gateway.Cli;
using static Pool.Gateway.Media.ProbeJson;

namespace Pool.Gateway.Media;

/// <summary>Looks at a file with ffprobe and says what it is, or why it cannot be streamed.</summary>
public static class SourceProbe
{
    private const string Entries =
        "stream=index,codec_type,codec_name,pix_fmt,width,height,time_base:stream_disposition=attached_pic:stream_side_data=rotation";

    /// <summary>What the file at <paramref name="path"/> is.</summary>
    /// <exception cref="UserFaultException">The file is missing, unreadable, empty, no video, or its video has no picture.</exception>
    public static async Task<VideoSource> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        RequireReadable(path);
        return Read(await ProbeAsync(path, MediaTool.Literal(path), [], cancellationToken), Path.GetFullPath(path));
    }

    /// <summary>What comes from a live address.</summary>
    /// <exception cref="UserFaultException">Nothing comes, or no video.</exception>
    public static async Task<VideoSource> ProbeAsync(LiveAddress address, CancellationToken cancellationToken) =>
        Read(await ProbeAsync(address.Text, address.Text, address.PullArguments, cancellationToken), address.Text);

    private static async Task<string> ProbeAsync(
        string name, string input, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var probe = await MediaTool.FfprobeAsync(
            [.. arguments, "-show_entries", Entries, "-of", "json", input], background: false, cancellationToken);
        return probe.ExitCode == 0
            ? probe.Output
            : throw new UserFaultException($"{name} is not a video that ffmpeg can read: {Reason(probe.LastError, input)}");
    }

    /// <summary>Reads ffprobe's JSON. Apart from the process, for tests.</summary>
    /// <exception cref="UserFaultException">There is no video stream, or none with a picture.</exception>
    public static VideoSource Read(string json, string path)
    {
        using var document = JsonDocument.Parse(json);
        var streams = Streams(document);
        var video = streams.FirstOrDefault(stream => IsType(stream, "video") && !IsCover(stream));
        var audio = streams.FirstOrDefault(stream => IsType(stream, "audio"));
        if (video.ValueKind == JsonValueKind.Undefined)
        {
            throw new UserFaultException($"{path} has no video stream.");
        }

        var width = Number(video, "width");
        var height = Number(video, "height");
        if (width <= 0 || height <= 0)
        {
            throw new UserFaultException($"{path} has a video stream without a single picture.");
        }

        var rotation = Rotation(video);
        var sideways = rotation % 180 != 0;
        return new VideoSource
        {
            Path = path,
            VideoIndex = Number(video, "index"),
            VideoCodec = Text(video, "codec_name") ?? "unknown",
            PixelFormat = Text(video, "pix_fmt") ?? "unknown",
            Width = sideways ? height : width,
            Height = sideways ? width : height,
            RotationDegrees = rotation,
            TimeBase = ReadTimeBase(Text(video, "time_base")),
            AudioIndex = audio.ValueKind == JsonValueKind.Undefined ? null : Number(audio, "index"),
            AudioCodec = audio.ValueKind == JsonValueKind.Undefined ? null : Text(audio, "codec_name") ?? "unknown",
        };
    }

    private static void RequireReadable(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UserFaultException($"{path} is a folder; a video file is needed.");
        }

        try
        {
            using var file = File.OpenRead(path);
            if (file.Length == 0)
            {
                throw new UserFaultException($"{path} is empty.");
            }
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserFaultException($"There is no video at {path}.", fault);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new UserFaultException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>ffprobe begins its complaint with the path, which the line names already.</summary>
    private static string Reason(string complaint, string input)
    {
        var prefix = input + ": ";
        return complaint.StartsWith(prefix, StringComparison.Ordinal) ? complaint[prefix.Length..] : complaint;
    }

    private static bool IsCover(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && Number(disposition, "attached_pic") != 0;

    private static int Rotation(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var list))
        {
            return 0;
        }

        foreach (var data in list.EnumerateArray())
        {
            var rotation = Number(data, "rotation");
            if (rotation != 0)
            {
                return rotation;
            }
        }

        return 0;
    }

    private static TimeBase ReadTimeBase(string? text)
    {
        var parts = (text ?? "").Split('/');
        return parts.Length == 2 && long.TryParse(parts[0], out var numerator) && long.TryParse(parts[1], out var denominator)
            && numerator > 0 && denominator > 0
            ? new TimeBase(numerator, denominator)
            : throw new UserFaultException($"ffprobe gives the video's time base as '{text}', which cannot be used.");
    }
}
