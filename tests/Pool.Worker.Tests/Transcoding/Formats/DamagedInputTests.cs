using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Tests.Kit;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Cutting;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Bytes that are no video, or not all of one: no crash, no exception, only frames or a word of the network.</summary>
public sealed class DamagedInputTests
{
    private const int Seed = 20_240_117;
    private const string Clip =
        "-f lavfi -i testsrc2=size=96x64:rate=25:duration=0.6 -f lavfi -i sine=duration=0.6 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 -c:a aac";

    private static readonly VideoProfile[] s_both = [Engine.P90, Engine.P90 with { Container = Container.Mp4 }];

    [Theory]
    [InlineData("mpegts", 8)]
    [InlineData("mp4", 4)]
    [InlineData("matroska", 6)]
    [InlineData("flv", 6)]
    public void A_cut_segment_gives_its_frames_or_a_word(string format, int samples)
    {
        var whole = MediaTool.Make(Clip, format);

        var frames = Enumerable.Range(0, samples).Select(i => FramesOf(whole[..(whole.Length * i / samples)])).ToList();

        Assert.Equal(0, frames[0]);
        Assert.Equal(15, FramesOf(whole));
        Assert.True(format == "mp4" || frames[^1] > 5, $"only {frames[^1]} frames of nearly all bytes");
    }

    [Theory]
    [InlineData("libx264 -preset ultrafast", "aac", "mpegts")]
    [InlineData("libx264 -preset ultrafast", "ac3", "mpegts")]
    [InlineData("libx264 -preset ultrafast", "libopus", "mpegts")]
    [InlineData("libx265 -preset ultrafast -x265-params log-level=none", "aac", "mpegts")]
    [InlineData("libx264 -preset ultrafast", "aac", "mp4")]
    [InlineData("libx264 -preset ultrafast", "aac", "flv")]
    [InlineData("libx264 -preset ultrafast", "aac", "matroska")]
    [InlineData("libvpx-vp9 -deadline realtime -cpu-used 8", "libopus", "webm")]
    [InlineData("libvpx -deadline realtime -cpu-used 8", "libvorbis", "webm")]
    public void Flipped_bytes_give_frames_or_a_word(string video, string sound, string format)
    {
        var whole = MediaTool.Make(
            $"-f lavfi -i testsrc2=size=96x64:rate=25:duration=0.6 -f lavfi -i sine=duration=0.6:sample_rate=48000 -pix_fmt yuv420p -g 5 -c:v {video} -c:a {sound}", format);
        FuzzRun.Times(2, random =>
        {
            foreach (var share in new[] { 0.0002, 0.002, 0.02, 0.2 })
            {
                Assert.InRange(FramesOf(Flipped(whole, Math.Max(1, (int)(whole.Length * share)), random, () => random.Next(whole.Length))), 0, 60);
            }
        });
    }

    [Fact]
    public void Random_bytes_are_refused_with_a_word()
    {
        var random = new Random(Seed);
        byte[][] heads = [[], [0x47], [0x1A, 0x45, 0xDF, 0xA3], [.. "FLV"u8, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 8, .. "ftyp"u8], [0, 0, 0xFF, 0, .. "moov"u8]];
        foreach (var head in heads)
        {
            foreach (var length in new[] { 1, 188, 20_000 })
            {
                var bytes = new byte[length];
                random.NextBytes(bytes);
                head.AsSpan(0, Math.Min(head.Length, length)).CopyTo(bytes);
                for (var at = 0; head.Length == 1 && at < length; at += 188)
                {
                    bytes[at] = head[0];
                }

                Assert.Equal(0, FramesOf(bytes));
            }
        }
    }

    [Fact]
    public void Nothing_is_refused_with_a_word() => Assert.Equal(InputFault.InvalidVideo, Engine.Transcode([], Engine.P90).Fault);

    /// <summary>In these, found among a thousand, MPEG-TS cannot frame some of the sound, and the last of it is among that.</summary>
    [Theory]
    [InlineData(72)]
    [InlineData(161)]
    [InlineData(811)]
    public void Damaged_sound_costs_no_frame_of_the_picture(int seed)
    {
        FFmpegLibraries.Load();
        var damaged = WithDamagedSound(seed);
        using var cutter = new SegmentCutter(new MemoryStream(damaged), seconds: 0);

        foreach (var source in new[] { damaged, cutter.Next()!.Bytes.ToArray() })
        {
            Assert.All(Engine.Transcode(source, s_both).Renditions, made => Assert.Equal(15, MediaTool.Probe(made).Frames));
        }
    }

    private static byte[] WithDamagedSound(int seed)
    {
        const int PacketBytes = 188;
        const int HeadBytes = 4;
        const int SoundId = 0x101;
        var ts = MediaTool.Make(Clip);
        int[] sound = [.. Enumerable.Range(0, ts.Length / PacketBytes).Select(n => n * PacketBytes).Where(at => ((ts[at + 1] << 8 | ts[at + 2]) & 0x1FFF) == SoundId)];
        var random = new Random(seed);
        return Flipped(ts, 1 + (seed % 40), random, () => sound[random.Next(sound.Length)] + HeadBytes + random.Next(PacketBytes - HeadBytes));
    }

    /// <summary>A copy with so many other bytes, each at a place that is asked for.</summary>
    private static byte[] Flipped(byte[] whole, int flips, Random random, Func<int> place)
    {
        var damaged = (byte[])whole.Clone();
        for (; flips > 0; flips--)
        {
            damaged[place()] = (byte)random.Next(256);
        }

        return damaged;
    }

    /// <summary>Frames that were made of it; 0 when it was refused.</summary>
    private static long FramesOf(byte[] segment)
    {
        var made = Engine.Transcode(segment, s_both);
        if (made.Fault is { } fault)
        {
            Assert.Contains(fault, InputFault.Words);
        }

        return made.Frames;
    }
}
