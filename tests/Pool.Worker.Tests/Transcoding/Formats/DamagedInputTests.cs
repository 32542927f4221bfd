using Pool.Shared.Contracts;
using Pool.Shared.Media;

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
    [InlineData("mpegts")]
    [InlineData("mp4")]
    [InlineData("matroska")]
    [InlineData("flv")]
    public void Flipped_bytes_give_frames_or_a_word(string format)
    {
        var whole = MediaTool.Make(Clip, format);
        var random = new Random(Seed);
        foreach (var share in new[] { 0.0002, 0.002, 0.02, 0.2 })
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = Math.Max(1, whole.Length * share); flips >= 1; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Assert.InRange(FramesOf(damaged), 0, 60);
        }
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
