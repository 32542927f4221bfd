using System.CommandLine;
using System.Globalization;
using Pool.Gateway.Media;

namespace Pool.Gateway.Cli;

/// <summary><c>pool-gateway clip OUT</c>: makes a clip to stream.</summary>
public static class ClipCommand
{
    private const int DefaultSeconds = 20;
    private const int LongestSeconds = 3600;
    private const string DefaultSize = "640x360";
    private const int SmallestSide = 16;
    private const int LargestSide = 4096;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("OUT") { Description = "The MP4 file to write." };
        var seconds = new Option<int>("--seconds") { Description = "Length of the clip.", DefaultValueFactory = _ => DefaultSeconds };
        var size = new Option<string>("--size") { Description = "WIDTHxHEIGHT, even numbers.", DefaultValueFactory = _ => DefaultSize };
        var command = new Command("clip", "Makes a clip with motion, noise and stereo sound (H.264 and AAC, a key frame every 2 s).")
        {
            target, seconds, size,
        };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            stop => MakeAsync(parsed.GetRequiredValue(target), parsed.GetValue(seconds), parsed.GetRequiredValue(size), stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> MakeAsync(string target, int seconds, string size, CancellationToken cancellationToken)
    {
        if (seconds is < 1 or > LongestSeconds)
        {
            throw new UserFaultException($"--seconds must be from 1 to {LongestSeconds}.");
        }

        var (width, height) = ReadSize(size);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/");
        await TestClip.MakeAsync(target, width, height, TimeSpan.FromSeconds(seconds), cancellationToken);
        return ExitCode.Success;
    }

    private static (int Width, int Height) ReadSize(string size)
    {
        var parts = size.Split('x');
        return parts.Length == 2 && IsSide(parts[0], out var width) && IsSide(parts[1], out var height)
            ? (width, height)
            : throw new UserFaultException(
                $"--size must be WIDTHxHEIGHT, two even numbers from {SmallestSide} to {LargestSide}, not '{size}'.");
    }

    private static bool IsSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side)
        && side is >= SmallestSide and <= LargestSide && side % 2 == 0;
}
