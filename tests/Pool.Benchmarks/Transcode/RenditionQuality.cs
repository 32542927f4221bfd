using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pool.Benchmarks.Transcode;

/// <param name="PsnrDb">Average PSNR against the clip at the rendition's size.</param>
/// <param name="KilobitsPerSecond">The file's size over the clip's length.</param>
internal sealed record Quality(double PsnrDb, double KilobitsPerSecond);

/// <summary>Compares renditions with the clip, by an ffmpeg process.</summary>
internal static partial class RenditionQuality
{
    private const double BitsPerByte = 8;
    private const double BitsPerKilobit = 1000;

    public static async Task<Quality> OfAsync(string rendition, string clip, int width, int height, int seconds)
    {
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-v", "info", "-i", rendition, "-i", clip, "-lavfi",
            $"[0:v]setpts=N/{TranscodeScene.FrameRate}/TB[a];[1:v]scale={width}:{height},setpts=N/{TranscodeScene.FrameRate}/TB[b];[a][b]psnr=shortest=0",
            "-f", "null", "-",
        ])
        { UseShellExecute = false, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start.");
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var match = Average().Match(said);
        return match.Success
            ? new Quality(
                double.Parse(match.Groups["db"].Value, CultureInfo.InvariantCulture),
                new FileInfo(rendition).Length * BitsPerByte / BitsPerKilobit / seconds)
            : throw new InvalidOperationException($"ffmpeg gave no PSNR of {rendition}: {said}");
    }

    [GeneratedRegex(@"PSNR .*average:(?<db>[0-9.]+|inf)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Average();
}
