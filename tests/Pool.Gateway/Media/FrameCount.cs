using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>Counts frames by decoding them in an ffprobe process.</summary>
public static class FrameCount
{
    /// <summary>Frames of one video stream of the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="streamIndex">The stream, or null for the first video stream.</param>
    /// <param name="background">Whether it should give way to everything else on the machine.</param>
    /// <param name="cancellationToken">Kills the process.</param>
    /// <exception cref="UserFaultException">ffprobe cannot read the file.</exception>
    public static async Task<long> CountAsync(string path, int? streamIndex, bool background, CancellationToken cancellationToken)
    {
        var probe = await MediaTool.FfprobeAsync(
            ["-count_frames", "-select_streams", streamIndex?.ToString() ?? "v:0", "-show_entries", "stream=nb_read_frames",
                "-of", "default=noprint_wrappers=1:nokey=1", MediaTool.Literal(path)],
            background, cancellationToken);
        if (probe.ExitCode != 0)
        {
            throw new UserFaultException($"The frames of {path} cannot be counted: {probe.LastError}");
        }

        // A transport stream lists the stream twice, once in its program; one line is the count, and "N/A" means not one frame.
        var line = probe.Output.Split('\n', 2)[0].Trim();
        return long.TryParse(line, out var frames) ? frames : 0;
    }

    /// <summary>Sum of the frames of the first video stream of every file.</summary>
    public static async Task<long> CountAllAsync(IEnumerable<string> paths, bool background, CancellationToken cancellationToken)
    {
        var sum = 0L;
        foreach (var path in paths)
        {
            sum += await CountAsync(path, streamIndex: null, background, cancellationToken);
        }

        return sum;
    }
}
