using Pool.Server.Segments;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Server.Dispatch.Joining;

/// <summary>
/// The pool's own clip and what is asked of it: two seconds of 720p30 with motion, noise and sound, as H.264 and AAC in MPEG-TS, to the four renditions that
/// streaming services ask for most. <c>clip.ts</c> beside this file was made by
/// <c>ffmpeg -f lavfi -i testsrc2=size=1280x720:rate=30:duration=2 -f lavfi -i sine=frequency=440:sample_rate=48000:duration=2 -vf noise=alls=6:allf=t:all_seed=1
/// -c:v libx264 -preset slow -profile:v high -pix_fmt yuv420p -g 60 -b:v 2500k -maxrate 2800k -bufsize 2500k -c:a aac -b:a 64k -ac 2 -fflags +bitexact -flags:v +bitexact
/// -flags:a +bitexact -muxdelay 0 -f mpegts clip.ts</c>.
/// </summary>
internal static class PoolClip
{
    private const string Resource = "joining/clip.ts";

    /// <summary>How long it plays.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    private static readonly byte[] s_bytes = Read();
    private static readonly byte[] s_hash = Keccak256.Hash(s_bytes);

    /// <summary>The clip.</summary>
    public static ReadOnlyMemory<byte> Bytes => s_bytes;

    /// <summary>What is asked of it. The rates are those of Livepeer's own service; the frames of the clip pass through.</summary>
    public static IReadOnlyList<VideoProfile> Profiles { get; } =
    [
        new() { Name = "240p", Width = 426, Height = 240, BitrateBps = 250_000 },
        new() { Name = "360p", Width = 640, Height = 360, BitrateBps = 800_000 },
        new() { Name = "480p", Width = 854, Height = 480, BitrateBps = 1_600_000 },
        new() { Name = "720p", Width = 1280, Height = 720, BitrateBps = 3_000_000 },
    ];

    /// <summary>What a worker must be able to do for it, told as for a gateway's job.</summary>
    public static CapabilitySet Needs { get; } = WorkNeeds.OfWorker(JobCapabilities.For(new JobNeeds { PixelFormat = "yuv420p", Profiles = Profiles }));

    /// <summary>The clip as a segment: of a session of its own, and paid by nobody.</summary>
    /// <param name="source">Its bytes in the spool.</param>
    /// <param name="time">The clock.</param>
    public static SegmentWork Work(SpoolFile source, TimeProvider time)
    {
        var id = SegmentId.New(time);
        return new SegmentWork
        {
            Id = id,
            ReceivedAt = time.GetUtcNow(),
            SessionId = id.Value.ToString("N"),
            Gateway = Address.Zero,
            ManifestId = default,
            Sequence = 0,
            DurationMilliseconds = (int)Duration.TotalMilliseconds,
            Profiles = Profiles,
            Needs = Needs,
            Source = source,
            SourceHash = s_hash,
            IsPoolsClip = true,
        };
    }

    private static byte[] Read()
    {
        using var resource = typeof(PoolClip).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The server was built without {Resource}.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
