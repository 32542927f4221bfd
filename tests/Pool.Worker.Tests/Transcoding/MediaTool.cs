using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pool.Worker.Tests.Transcoding;

/// <summary>What ffprobe says of a file.</summary>
/// <param name="Times">Presentation times of the decoded frames, in seconds.</param>
/// <param name="DecodeTimes">Times of decoding of the video's packets, in seconds.</param>
/// <param name="KeyFrames">Places of the key frames among them.</param>
/// <param name="Sizes">Width and height of each frame.</param>
internal sealed record MediaFacts(
    string Format, string Codec, string Profile, string Tag, string PixelFormat, IReadOnlyList<double> Times, IReadOnlyList<double> DecodeTimes,
    IReadOnlyList<int> KeyFrames, IReadOnlyList<(int Width, int Height)> Sizes, int AudioStreams, string AudioCodec, IReadOnlyList<double> AudioTimes, IReadOnlyList<string> AudioHashes)
{
    internal int Frames => Sizes.Count;

    internal (int Width, int Height) Size => Assert.Single(Sizes.Distinct());

    internal bool StartsWithKeyFrame => KeyFrames is [0, ..];

    internal int AudioPackets => AudioHashes.Count;
}

/// <summary>The ffmpeg and ffprobe commands make the input and judge the output, so that our own code does neither.</summary>
internal static class MediaTool
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> s_made = new(StringComparer.Ordinal);

    /// <summary>A file made with these arguments; made once.</summary>
    internal static byte[] Make(string arguments, string format = "mpegts") =>
        s_made.GetOrAdd($"{arguments} -f {format}", all => new Lazy<byte[]>(() => WithFile([], file =>
        {
            Run("ffmpeg", $"-v error -nostdin -y {all} {file}");
            return File.ReadAllBytes(file);
        }))).Value;

    /// <summary>What ffmpeg makes of a file; <paramref name="arguments"/> come after the input.</summary>
    internal static byte[] Remake(byte[] input, string arguments, string inputArguments = "") => WithFile(input, from => WithFile([], to =>
    {
        Run("ffmpeg", $"-v error -nostdin -y {inputArguments} -i {from} {arguments} {to}");
        return File.ReadAllBytes(to);
    }));

    internal static MediaFacts Probe(byte[] bytes) => WithFile(bytes, file =>
    {
        var said = Run("ffprobe", $"-v fatal -of json -show_format -show_streams -show_packets -show_frames -show_data_hash md5 {file}");
        using var json = JsonDocument.Parse(said);
        var root = json.RootElement;
        var streams = root.GetProperty("streams").EnumerateArray().ToList();
        var video = streams.First(stream => Text(stream, "codec_type") == "video");
        var audio = streams.FirstOrDefault(stream => Text(stream, "codec_type") == "audio");
        var all = root.GetProperty("packets_and_frames").EnumerateArray().ToList();
        List<JsonElement> Of(JsonElement stream, string type) =>
            stream.ValueKind == JsonValueKind.Undefined ? [] : [.. all.Where(one => Text(one, "type") == type && Index(one) == Index(stream, "index"))];

        var (frames, sound) = (Of(video, "frame"), Of(audio, "packet"));
        return new MediaFacts(
            Text(root.GetProperty("format"), "format_name"), Text(video, "codec_name"), Text(video, "profile"), Text(video, "codec_tag_string"),
            Text(video, "pix_fmt"), Times(frames),
            Times(Of(video, "packet"), "dts_time"), [.. Enumerable.Range(0, frames.Count).Where(i => Index(frames[i], "key_frame") == 1)],
            [.. frames.Select(frame => (Index(frame, "width"), Index(frame, "height")))],
            streams.Count(stream => Text(stream, "codec_type") == "audio"), audio.ValueKind == JsonValueKind.Undefined ? "" : Text(audio, "codec_name"), Times(sound), [.. sound.Select(one => Text(one, "data_hash"))]);
    });

    /// <summary>Peak signal to noise ratio in decibels; both videos must have the same size.</summary>
    internal static double Psnr(byte[] rendition, byte[] reference) => WithFile(rendition, one => WithFile(reference, two =>
    {
        var said = Run("ffmpeg", $"-hide_banner -nostdin -i {one} -i {two} -lavfi [0:v]settb=AVTB,setpts=N[a];[1:v]settb=AVTB,setpts=N[b];[a][b]psnr -f null -");
        var average = said[(said.LastIndexOf("average:", StringComparison.Ordinal) + "average:".Length)..];
        return double.Parse(average[..average.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }));

    /// <summary>Structural similarity of two videos, 1 = equal; the second is scaled to the first.</summary>
    internal static double Ssim(byte[] rendition, byte[] source) => WithFile(rendition, one => WithFile(source, two =>
    {
        var said = Run("ffmpeg", $"-hide_banner -nostdin -i {one} -i {two} -lavfi [1:v][0:v]scale2ref[s][r];[s][r]ssim -f null -");
        var all = said[(said.LastIndexOf("All:", StringComparison.Ordinal) + "All:".Length)..];
        return double.Parse(all[..all.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }));

    internal static T WithFile<T>(byte[] bytes, Func<string, T> use)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}");
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

    /// <summary>What a command says on both its outputs.</summary>
    internal static string Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {arguments} ended with {process.ExitCode}: {said}");
    }

    private static List<double> Times(IEnumerable<JsonElement> of, string name = "pts_time") =>
        [.. of.Where(one => one.TryGetProperty(name, out _)).Select(one => double.Parse(Text(one, name), CultureInfo.InvariantCulture))];

    private static int Index(JsonElement of, string name = "stream_index") => of.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
