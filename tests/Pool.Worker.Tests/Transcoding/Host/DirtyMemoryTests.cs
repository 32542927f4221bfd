using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>
/// What a host makes does not depend on what its memory held before. A host that has run for days never gets clean memory, and libraries
/// forget to fill theirs: libx265 3.5 answers a time of decoding out of it when a video ends before the third frame.
/// </summary>
public sealed class DirtyMemoryTests
{
    private static readonly VideoProfile[] s_profiles =
    [
        Clips.Small with { Name = "h264" },
        Clips.Small with { Name = "h264 baseline", EncoderProfile = EncoderProfile.H264Baseline },
        Clips.Small with { Name = "hevc", Codec = VideoCodec.Hevc },
        Clips.Small with { Name = "hevc intra", Codec = VideoCodec.Hevc, GopMilliseconds = VideoProfile.IntraOnlyGop },
        Clips.Small with { Name = "h264 mp4", Container = Container.Mp4 },
        Clips.Small with { Name = "hevc mp4", Codec = VideoCodec.Hevc, Container = Container.Mp4 },
        Clips.Small with { Name = "vp9 mp4", Codec = VideoCodec.Vp9, Container = Container.Mp4 },
    ];

    /// <summary>glibc fills what it hands out with the complement of this byte, and what it takes back with the byte.</summary>
    [Theory]
    [InlineData(0x5A)]
    [InlineData(0xA5)]
    public async Task Every_rendition_is_right_in_memory_that_held_something_else(byte filling)
    {
        await using var host = await StartAsync(filling);
        foreach (var frames in new[] { 1, 2, 3, 4, 10 })
        {
            var segment = MediaTool.Make(
                $"-f lavfi -i testsrc2=size=160x96:rate=10 -output_ts_offset 10 -frames:v {frames} -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
            var source = MediaTool.Probe(segment);
            var sink = new CollectingSink(s_profiles.Length);

            var outcome = await host.Transcoder.TranscodeAsync(HostUnderTest.Job($"{frames}", segment, s_profiles), sink, CancellationToken.None);

            Assert.Equal(frames, Assert.IsType<TranscodeOutcome.Done>(outcome).DecodedFrames);
            foreach (var (index, profile) in s_profiles.Index())
            {
                var made = MediaTool.Probe(sink.Bytes(index));
                Assert.True(frames == made.Frames, $"{profile.Name}: {made.Frames} of {frames} frames");
                Assert.All(source.Times.Zip(made.Times), pair => Assert.Equal(pair.First, pair.Second, 2));
                Assert.All(made.DecodeTimes, time => Assert.InRange(time, source.Times[0] - 1, source.Times[^1]));
            }
        }
    }

    [Fact]
    public async Task Every_kind_of_input_gives_the_same_bytes_whatever_the_memory_held()
    {
        await using var dirty = await StartAsync(0x5A);
        await using var other = await StartAsync(0xA5);
        foreach (var (index, segment) in Clips.Mixed.Index())
        {
            var (outcome, bytes) = await dirty.TranscodeAsync($"{index}", segment, Clips.Small);
            var (_, same) = await other.TranscodeAsync($"{index}", segment, Clips.Small);

            Assert.IsType<TranscodeOutcome.Done>(outcome);
            Assert.Equal(bytes, same);
        }
    }

    private static Task<HostUnderTest> StartAsync(byte filling) => HostUnderTest.StartAsync(options => options with
    {
        FileName = "env",
        LeadingArguments = [$"PATH={Environment.GetEnvironmentVariable("PATH")}", $"MALLOC_PERTURB_={filling}", options.FileName, .. options.LeadingArguments],
    });
}
