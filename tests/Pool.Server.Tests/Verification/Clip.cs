using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pool.Server.Verification;

namespace Pool.Server.Tests.Verification;

/// <summary>Small videos made by the ffmpeg program, what ffprobe says of them, and what we count.</summary>
internal static class Clip
{
    private static readonly ConcurrentDictionary<(string Arguments, string Format), Lazy<byte[]>> s_made = new();

    /// <summary>A moving picture as ffmpeg's input, of one second unless <paramref name="options"/> say otherwise.</summary>
    public static string Picture(string size, string options = "rate=25:duration=1") => $"-f lavfi -i testsrc2=size={size}:{options}";

    /// <summary>What ffmpeg makes of these arguments, once a run.</summary>
    /// <param name="arguments">Inputs, codec and options.</param>
    /// <param name="format">Name of the muxer; an MP4 gets its index first.</param>
    public static byte[] Make(string arguments, string format) =>
        s_made.GetOrAdd((arguments, format), static wanted => new Lazy<byte[]>(() => Run(wanted.Arguments, wanted.Format))).Value;

    /// <summary>The same with an encoder that looks at all pictures before it begins.</summary>
    public static byte[] MakeInTwoPasses(string arguments, string format)
    {
        var log = NewFile();
        try
        {
            Call("ffmpeg", $"-v error -nostdin -y {arguments} -pass 1 -passlogfile {log} -f null -");
            return Run($"{arguments} -pass 2 -passlogfile {log}", format);
        }
        finally
        {
            File.Delete($"{log}-0.log");
        }
    }

    /// <summary>Makes another clip of <paramref name="clips"/>, which are files in the arguments by their numbers, e.g. <c>{0}</c>.</summary>
    public static byte[] Remake(string arguments, string format, params byte[][] clips)
    {
        var files = clips.Select(_ => NewFile()).ToArray();
        try
        {
            foreach (var (clip, file) in clips.Zip(files))
            {
                File.WriteAllBytes(file, clip);
            }

            return Run(string.Format(CultureInfo.InvariantCulture, arguments, files), format);
        }
        finally
        {
            Array.ForEach(files, File.Delete);
        }
    }

    /// <summary>These clips one after the other, as they are.</summary>
    public static byte[] Join(string format, params byte[][] clips)
    {
        var list = NewFile();
        var files = clips.Select(_ => NewFile()).ToArray();
        try
        {
            foreach (var (clip, file) in clips.Zip(files))
            {
                File.WriteAllBytes(file, clip);
            }

            File.WriteAllLines(list, files.Select(file => $"file '{file}'"));
            return Run($"-f concat -safe 0 -i {list} -c copy", format);
        }
        finally
        {
            Array.ForEach([list, .. files], File.Delete);
        }
    }

    /// <summary>Counts bytes that come in pieces of this length.</summary>
    public static RenditionCount Count(byte[] bytes, int piece = 1777)
    {
        var counter = new RenditionCounter();
        for (var start = 0; start < bytes.Length; start += piece)
        {
            counter.Append(bytes.AsSpan(start, Math.Min(piece, bytes.Length - start)));
        }

        return counter.Finish();
    }

    /// <summary>Decodes a clip.</summary>
    public static ProbedClip Probe(byte[] bytes)
    {
        var file = NewFile();
        try
        {
            File.WriteAllBytes(file, bytes);
            var json = Call("ffprobe", "-v quiet -count_frames -select_streams v:0 -of json "
                + $"-show_entries stream=codec_name,width,height,nb_read_frames,duration:frame=width,height,pts_time {file}");
            using var said = JsonDocument.Parse(json);
            var stream = said.RootElement.GetProperty("streams")[0];
            var frames = said.RootElement.GetProperty("frames").EnumerateArray().ToList();
            var times = frames.Select(frame => Seconds(frame, "pts_time")).ToList();
            return new ProbedClip(
                stream.GetProperty("codec_name").GetString()!, stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(),
                long.Parse(stream.GetProperty("nb_read_frames").GetString()!, CultureInfo.InvariantCulture),
                frames.Sum(frame => frame.GetProperty("width").GetInt64() * frame.GetProperty("height").GetInt64()),
                times.Max() - times.Min(), Seconds(stream, "duration"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What a program says.</summary>
    public static string Call(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{program} {arguments} ended with {process.ExitCode}.");
    }

    public static string NewFile() => Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}");

    private static byte[] Run(string arguments, string format)
    {
        var file = NewFile();
        try
        {
            var flags = format == "mp4" && !arguments.Contains("-movflags", StringComparison.Ordinal) ? "-movflags faststart" : "";
            Call("ffmpeg", $"-v error -nostdin -y {arguments} {flags} -f {format} {file}");
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Seconds(JsonElement from, string name) => double.Parse(from.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}

/// <summary>What ffprobe says of a clip that it has decoded.</summary>
/// <param name="Pixels">Sum of width × height of every frame.</param>
/// <param name="Span">Seconds from the first to the last frame.</param>
/// <param name="Duration">Seconds of the stream.</param>
internal sealed record ProbedClip(string Codec, int Width, int Height, long Frames, long Pixels, double Span, double Duration)
{
    /// <summary>Fails unless our count says the same.</summary>
    public void AssertEqual(RenditionCount count)
    {
        const double Millisecond = 0.001;
        Assert.Null(count.Fault);
        Assert.Equal((Codec, Width, Height, Frames, Pixels), (count.Codec.ToString().ToLowerInvariant(), count.Width, count.Height, count.Frames, count.Pixels));
        Assert.InRange(count.Span.TotalSeconds, Span - Millisecond, Span + Millisecond);
        if (Frames > 1)
        {
            Assert.InRange(count.Duration.TotalSeconds, Duration - Millisecond, Duration + Millisecond);
        }
    }
}
