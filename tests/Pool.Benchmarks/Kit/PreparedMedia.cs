using System.Globalization;
using Pool.Benchmarks.Transcode;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Media;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Benchmarks.Kit;

/// <summary>What goes through: a segment of 2 s and about 1 MB, and its renditions of the ladder, about 1.4 MB together; real video, so that it is counted.</summary>
internal sealed class PreparedMedia
{
    private const int SourceBitrate = 4_000_000;

    /// <summary>Length of the segment.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(TranscodeScene.SegmentSeconds);

    private PreparedMedia(byte[] source, IReadOnlyList<byte[]> renditions)
    {
        (Source, Renditions) = (source, renditions);
        SourceHash = Keccak256.Hash(source);
    }

    /// <summary>The segment.</summary>
    public byte[] Source { get; }

    public byte[] SourceHash { get; }

    /// <summary>The renditions, in the order of <see cref="Profiles"/>.</summary>
    public IReadOnlyList<byte[]> Renditions { get; }

    public int RenditionBytes => Renditions.Sum(rendition => rendition.Length);

    /// <summary>What is asked for.</summary>
    public static IReadOnlyList<VideoProfile> Profiles { get; } =
        [.. TranscodeScene.Ladder.Select(one => new VideoProfile { Name = one.Name, Width = one.Width, Height = one.Height, BitrateBps = one.Bitrate })];

    /// <summary>The capabilities that such a job needs, and the workers have (protocol §2.3, §8.8).</summary>
    public static CapabilitySet Needs { get; } =
        JobCapabilities.For(new JobNeeds { Codec = InputCodec.H264, PixelFormat = "yuv420p", Profiles = Profiles, SegmentParameters = true });

    /// <summary>The same as a gateway sends them.</summary>
    public static Capabilities Job()
    {
        var job = new Capabilities { Constraints = new Capabilities.Types.Constraints() };
        job.Bitstring.AddRange(Needs.ToWords());
        return job;
    }

    public static async Task<PreparedMedia> MakeAsync(TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("pool-bench-").FullName;
        try
        {
            var source = await MakeAsync(folder, "source", 1280, 720, SourceBitrate, time);
            var renditions = new List<byte[]>();
            foreach (var (name, width, height, bitrate) in TranscodeScene.Ladder)
            {
                renditions.Add(await MakeAsync(folder, name, width, height, bitrate, time));
            }

            return new PreparedMedia(source, renditions);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every part of it hashed once, as an orchestrator must (protocol §4.2, §4.8).</summary>
    public void Hash(Span<byte> hash)
    {
        Keccak256.Hash(Source, hash);
        foreach (var rendition in Renditions)
        {
            Keccak256.Hash(rendition, hash);
        }
    }

    private static async Task<byte[]> MakeAsync(string folder, string name, int width, int height, int bitrate, TimeProvider time)
    {
        var file = Path.Combine(folder, name + ".ts");
        var rate = bitrate.ToString(CultureInfo.InvariantCulture);
        await MeasuredProcess.RunAsync("ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate={TranscodeScene.FrameRate}:duration={TranscodeScene.SegmentSeconds},noise=alls=12:allf=t",
                "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate,
                "-x264-params", "nal-hrd=cbr", "-f", "mpegts", file], time);
        return await File.ReadAllBytesAsync(file);
    }
}
