using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>The engine in its process, judged by ffprobe.</summary>
public sealed class TranscodeHostTests : IAsyncLifetime
{
    private const string Picture = "testsrc2=size=640x360:rate=30:duration=2,noise=alls=8:allf=t";
    private const string Clip = $"-f lavfi -i {Picture} -f lavfi -i sine=duration=2:sample_rate=48000 -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -c:a aac -shortest";

    private static readonly VideoProfile s_360 = new() { Name = "360p", Width = 640, Height = 360, BitrateBps = 1_200_000 };
    private static readonly VideoProfile s_240 = new() { Name = "240p", Width = 426, Height = 240, BitrateBps = 600_000 };

    private TranscodeHostProcess _host = null!;

    public async Task InitializeAsync() => _host = await TranscodeHostProcess.StartAsync(
        new TranscodeHostOptions { FileName = "dotnet", LeadingArguments = [Path.Combine(AppContext.BaseDirectory, "pool-worker.dll")] },
        NullLogger.Instance, TimeProvider.System, CancellationToken.None);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Renditions_have_the_inputs_frames_times_and_sound()
    {
        var segment = MediaTool.Make(Clip);
        var source = MediaTool.Probe(segment);

        var (outcome, sink) = await TranscodeAsync(segment, s_360, s_240);

        Assert.Equal(60, Assert.IsType<TranscodeOutcome.Done>(outcome).DecodedFrames);
        foreach (var (index, width, height) in new[] { (0, 640, 360), (1, 426, 240) })
        {
            var made = MediaTool.Probe(sink.Bytes(index));
            Assert.Equal(((width, height), source.Frames), (made.Size, made.Frames));
            Assert.True(made.StartsWithKeyFrame);
            Assert.Equal(source.Times, made.Times);
            Assert.Equal(source.AudioPackets, made.AudioPackets);
            Assert.Contains(index, sink.Complete);
        }

        Assert.InRange(MediaTool.Ssim(sink.Bytes(0), segment), 0.85, 1);
    }

    [Fact]
    public async Task Frame_rate_gop_and_profile_are_what_was_asked_for()
    {
        var (outcome, sink) = await TranscodeAsync(
            MediaTool.Make(Clip),
            s_360 with { FrameRateNumerator = 15, GopMilliseconds = 1000, EncoderProfile = EncoderProfile.H264Baseline },
            s_240 with { GopMilliseconds = VideoProfile.IntraOnlyGop, EncoderProfile = EncoderProfile.H264ConstrainedHigh, Quality = 30 });

        Assert.IsType<TranscodeOutcome.Done>(outcome);
        Assert.Equal(30, MediaTool.Probe(sink.Bytes(0)).Frames);
        Assert.Equal(60, MediaTool.Probe(sink.Bytes(1)).Frames);
    }

    [Fact]
    public async Task Portrait_input_turns_the_box()
    {
        var (outcome, sink) = await TranscodeAsync(await File.ReadAllBytesAsync(Media("portrait.ts")), s_360);

        Assert.IsType<TranscodeOutcome.Done>(outcome);
        var made = MediaTool.Probe(sink.Bytes(0));
        Assert.Equal((360, 640), made.Size);
    }

    [Theory]
    [InlineData("skip_1.ts")]
    [InlineData("duplicate-audio-dts.ts")]
    [InlineData("missing-sei-and-pes.ts")]
    public async Task Odd_real_clips_keep_their_frames(string clip)
    {
        var segment = await File.ReadAllBytesAsync(Media(clip));

        var (outcome, sink) = await TranscodeAsync(segment, s_240);

        Assert.IsType<TranscodeOutcome.Done>(outcome);
        Assert.Equal(MediaTool.Probe(segment).Frames, MediaTool.Probe(sink.Bytes(0)).Frames);
    }

    [Fact]
    public async Task Input_without_sound_has_no_sound()
    {
        var (outcome, sink) = await TranscodeAsync(MediaTool.Make($"-f lavfi -i {Picture} -c:v libx264 -pix_fmt yuv420p -bf 3 -g 60"), s_240);

        Assert.IsType<TranscodeOutcome.Done>(outcome);
        Assert.Equal((60, 0), (MediaTool.Probe(sink.Bytes(0)).Frames, MediaTool.Probe(sink.Bytes(0)).AudioPackets));
    }

    [Fact]
    public async Task Bad_input_gets_the_networks_words()
    {
        var junk = new byte[100_000];
        new Random(7).NextBytes(junk);
        var rgb = MediaTool.Make($"-f lavfi -i {Picture} -c:v libx264rgb -frames:v 10");

        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.InvalidVideo), (await TranscodeAsync(junk, s_240)).Outcome);
        Assert.IsType<TranscodeOutcome.BadInput>((await TranscodeAsync(await File.ReadAllBytesAsync(Media("zero-frame.ts")), s_240)).Outcome);
        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.UnsupportedPixelFormat), (await TranscodeAsync(rgb, s_240)).Outcome);
        Assert.Equal(
            new TranscodeOutcome.BadInput(InputFault.EncoderNotFound),
            (await TranscodeAsync(rgb, s_240 with { Codec = VideoCodec.Vp8 })).Outcome);
    }

    [Fact]
    public async Task Jobs_side_by_side_do_not_mix()
    {
        var segment = MediaTool.Make(Clip);
        var alone = (await TranscodeAsync(segment, s_240)).Sink.Bytes(0);

        var together = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TranscodeAsync(segment, s_240)));

        var frames = MediaTool.Probe(alone);
        Assert.All(together, made => Assert.Equivalent(frames, MediaTool.Probe(made.Sink.Bytes(0)), strict: true));
    }

    private async Task<(TranscodeOutcome Outcome, CollectingSink Sink)> TranscodeAsync(byte[] segment, params VideoProfile[] profiles)
    {
        var sink = new CollectingSink(profiles.Length);
        return (await _host.TranscodeAsync(Job(segment, profiles), sink, CancellationToken.None), sink);
    }

    private static TranscodeJob Job(byte[] segment, params VideoProfile[] profiles) =>
        new("session", new MemoryStream(segment), segment.Length, profiles, null, false);

    private static string Media(string name) => Path.Combine(AppContext.BaseDirectory, "Media", name);
}
