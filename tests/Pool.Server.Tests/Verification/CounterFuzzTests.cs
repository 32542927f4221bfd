using Pool.Server.Verification;
using Pool.Server.Verification.Codecs;
using Pool.Server.Verification.Containers;
using Pool.Shared.Media;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Verification;

/// <summary>Damaged and random renditions of every format: a fault in words, never an exception, never more memory or frames than the bytes can be worth.</summary>
public sealed class CounterFuzzTests
{
    /// <summary>What counting a clip of some kilobytes may allocate: tables of the longest index that is believed, several times.</summary>
    private const long MaxAllocatedBytes = 48 * 1024 * 1024;

    private const int Frames = 10;

    public static TheoryData<string, string> Formats => new()
    {
        { "libx264 -bf 2", "mpegts" },
        { "libx264 -bf 2", "mp4" },
        { "libx265 -preset ultrafast -x265-params log-level=none:bframes=3", "mpegts" },
        { "libx265 -preset ultrafast -x265-params log-level=none:bframes=3", "mp4" },
        { "libvpx-vp9 -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 8", "mp4" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Changed_bytes_never_throw_and_are_never_counted_as_many_more(string codec, string format)
    {
        var bytes = Make(codec, format);
        FuzzRun.Times(400, random => Count(FuzzRun.Mutate(bytes, random)));
        FuzzRun.Times(100, random =>
        {
            var flipped = bytes.ToArray();
            for (var flip = random.Next(1, 100); flip > 0; flip--)
            {
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            }

            Count(flipped);
        });
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Truncated_bytes_are_a_fault(string codec, string format)
    {
        var bytes = Make(codec, format);
        FuzzRun.Times(200, random =>
        {
            var length = random.Next(bytes.Length);
            var count = Count(bytes[..length]);

            // A transport stream that ends between two of its packets may be whole.
            Assert.True(count.Fault is not null || (format == "mpegts" && length % 188 == 0), $"The first {length} bytes passed.");
        });
    }

    [Fact]
    public void Random_bytes_behind_a_good_beginning_never_throw() => FuzzRun.Times(500, random =>
    {
        var beginnings = new byte[][] { [], [0x47, 0x40, 0, 0x10], [0, 0, 0, 8, .. "ftyp"u8], [0, 0, 0, 8, .. "ftyp"u8, 0, 0, 4, 0, .. "moov"u8] };
        Count([.. beginnings[random.Next(beginnings.Length)], .. FuzzRun.Bytes(random, 4000)]);
    });

    [Fact]
    public void Random_units_never_throw() => FuzzRun.Times(500, random =>
    {
        foreach (var codec in new[] { VideoCodec.H264, VideoCodec.Hevc, VideoCodec.Vp9 })
        {
            var counter = PictureCounters.Of(codec);
            for (var unit = 0; unit < 20; unit++)
            {
                var bytes = FuzzRun.Bytes(random, 200);
                if (bytes.Length > 0)
                {
                    // Half of them parameter sets, so that the slices find some.
                    bytes[0] = random.Next(4) switch { 0 => 0x42, 1 => 0x44, 2 => 0x67, _ => bytes[0] };
                    counter.OnUnit(bytes);
                }
            }

            Assert.InRange(counter.Tally.Frames, 0, 20);
        }
    });

    [Fact]
    public void Changed_indices_are_read_or_refused()
    {
        foreach (var codec in Formats.Where(format => (string)format[1] == "mp4").Select(format => (string)format[0]))
        {
            var bytes = Make(codec, "mp4");
            var place = bytes.AsSpan().IndexOf("moov"u8);
            var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(place - 4)) - 8;
            var index = bytes[(place + 4)..(place + 4 + length)];
            FuzzRun.Times(400, random =>
            {
                var changed = FuzzRun.Mutate(index, random);
                _ = Mp4Index.Read(changed);
                Count([.. bytes[..(place - 4)], .. Length(changed.Length + 8), .. "moov"u8, .. changed, .. bytes[(place + 4 + length)..]]);
            });
        }
    }

    private static byte[] Length(int bytes) => [(byte)(bytes >> 24), (byte)(bytes >> 16), (byte)(bytes >> 8), (byte)bytes];

    private static byte[] Make(string codec, string format) =>
        Clip.Make($"{Clip.Picture("192x108")} -frames:v {Frames} -pix_fmt yuv420p -c:v {codec}", format);

    private static RenditionCount Count(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var count = Clip.Count(bytes, 777);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        Assert.InRange(count.Frames, 0, Frames * 4);
        return count;
    }
}
