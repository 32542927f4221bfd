using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pool.Worker.Tests.Transcoding;

/// <summary>The ffmpeg and ffprobe commands: they make the input and judge the output, so that our own code does neither.</summary>
internal static class FFmpegTool
{
    internal sealed record VideoFacts(int Width, int Height, long Frames, IReadOnlyList<double> Times, bool StartsWithKeyFrame, int AudioPackets);

    internal static byte[] Make(string arguments, string format = "mpegts")
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}.ts");
        try
        {
            Run("ffmpeg", $"-v error -nostdin -y {arguments} -f {format} {file}");
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    internal static VideoFacts Probe(byte[] bytes) => WithFile(bytes, file =>
    {
        using var json = JsonDocument.Parse(Run("ffprobe", $"-v error -of json -show_streams -show_frames -select_streams v:0 {file}"));
        var stream = json.RootElement.GetProperty("streams")[0];
        var frames = json.RootElement.GetProperty("frames").EnumerateArray().ToList();
        var audio = Run("ffprobe", $"-v error -of csv=p=0 -show_entries packet=size -select_streams a:0 {file}");
        return new VideoFacts(
            stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(), frames.Count,
            [.. frames.Where(frame => frame.TryGetProperty("pts_time", out _)).Select(frame => double.Parse(frame.GetProperty("pts_time").GetString()!, CultureInfo.InvariantCulture))],
            frames[0].GetProperty("key_frame").GetInt32() == 1,
            audio.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    });

    /// <summary>Structural similarity of two videos, 1 = equal; the second is scaled to the first.</summary>
    internal static double Ssim(byte[] rendition, byte[] source) => WithFile(rendition, one => WithFile(source, two =>
    {
        var said = Run("ffmpeg", $"-hide_banner -nostdin -i {one} -i {two} -lavfi [1:v][0:v]scale2ref[s][r];[s][r]ssim -f null -", readError: true);
        var all = said[(said.LastIndexOf("All:", StringComparison.Ordinal) + 4)..];
        return double.Parse(all[..all.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }));

    private static T WithFile<T>(byte[] bytes, Func<string, T> use)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}.ts");
        try
        {
            File.WriteAllBytes(file, bytes);
            return use(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Run(string program, string arguments, bool readError = false)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = !readError,
            RedirectStandardError = readError,
        })!;
        var said = (readError ? process.StandardError : process.StandardOutput).ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {arguments} ended with {process.ExitCode}: {said}");
    }
}
