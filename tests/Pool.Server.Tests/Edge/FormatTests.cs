using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Verification;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>HEVC and VP9 as a gateway sees them (protocol §2.3, §7.6): offered, counted and checked like H.264.</summary>
public sealed class FormatTests : ServerTest
{
    private const int Frames = 10;

    private static readonly CapabilitySet s_both = CapabilitySet.Of(Capability.HevcEncode, Capability.Vp9Encode);

    [Fact]
    public async Task What_workers_can_encode_and_the_pool_can_count_is_offered_and_nothing_else()
    {
        await JoinGoodAsync();
        Assert.DoesNotContain(s_both.ToNumbers(), Offered(await Gateway.GetOrchestratorAsync()).Contains);

        var able = await JoinAbleAsync(assignment => TestAssignment.AnswerAsync(assignment));

        var offered = Offered(await Gateway.GetOrchestratorAsync());
        Assert.True(s_both.IsSubsetOf(offered), "HEVC and VP9 are not offered.");
        Assert.False(offered.Contains((int)Capability.Vp8Encode), "VP8 is offered, which nobody here can count.");

        await able.LeaveAsync();
        await Server.WaitForWorkersAsync(workers => workers.Connected.Count == 1);
        Assert.DoesNotContain(s_both.ToNumbers(), Offered(await Gateway.GetOrchestratorAsync()).Contains);
    }

    [Theory]
    [InlineData(VideoProfile.Types.VideoCodec.H265, VideoProfile.Types.Format.Mpegts, "video/mp2t")]
    [InlineData(VideoProfile.Types.VideoCodec.H265, VideoProfile.Types.Format.Mp4, "video/mp4")]
    [InlineData(VideoProfile.Types.VideoCodec.Vp9, VideoProfile.Types.Format.Mp4, "video/mp4")]
    internal async Task A_segment_goes_to_a_worker_that_can_do_it_and_comes_back_counted(VideoProfile.Types.VideoCodec codec, VideoProfile.Types.Format format, string type)
    {
        var unable = await JoinGoodAsync();
        var renditions = Renditions(codec, format, Frames, Frames);
        await JoinAbleAsync(assignment => TestAssignment.AnswerAsync(assignment, renditions));

        var answer = await AskAsync(codec, format);

        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], answer.Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal(0, unable.Assigned);
        foreach (var (rendition, bytes) in answer.Renditions.Zip(renditions))
        {
            using var served = await Gateway.DownloadAsync(rendition.Url);
            Assert.Equal(type, served.Content.Headers.ContentType?.MediaType);
            Assert.Equal(bytes, await served.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData(VideoProfile.Types.VideoCodec.H265, VideoProfile.Types.Format.Mpegts)]
    [InlineData(VideoProfile.Types.VideoCodec.H265, VideoProfile.Types.Format.Mp4)]
    [InlineData(VideoProfile.Types.VideoCodec.Vp9, VideoProfile.Types.Format.Mp4)]
    internal async Task A_wrong_count_is_refused_and_another_worker_makes_it(VideoProfile.Types.VideoCodec codec, VideoProfile.Types.Format format)
    {
        var bad = await JoinAbleAsync();
        var asked = AskAsync(codec, format);
        var assignment = await bad.NextAssignmentAsync();
        await JoinAbleAsync(good => TestAssignment.AnswerAsync(good, Renditions(codec, format, Frames, Frames)));

        var verdict = await TestAssignment.AnswerAsync(assignment, Renditions(codec, format, Frames, 4));

        Assert.False(verdict.Accepted);
        Assert.Contains("has 4 frames, but 'large' has 10", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal([TestJob.LargePixels, TestJob.SmallPixels], (await asked).Renditions.Select(rendition => rendition.Pixels));
        Assert.Equal(1, await ContributionsAsync());
    }

    private static CapabilitySet Offered(OrchestratorInfo terms) => CapabilityCheck.SetOf(terms.Capabilities);

    /// <summary>A worker that says it encodes everything, VP8 too.</summary>
    private async Task<TestWorker> JoinAbleAsync(Func<TestAssignment, Task>? work = null)
    {
        var worker = await ConnectAsync();
        worker.Work = work;
        var welcome = await worker.HelloAsync();
        var encoders = CapabilitySet.Of(Capability.HevcEncode, Capability.Vp8Encode, Capability.Vp9Encode).ToNumbers();
        var verdict = await worker.JoinAsync(worker.Request(welcome.Nonce) with { Capabilities = [.. TestJob.WorkerCapabilities, .. encoders] });
        Assert.True(verdict.Accepted, verdict.Reason);
        return worker;
    }

    private async Task<SegmentAnswer> AskAsync(VideoProfile.Types.VideoCodec codec, VideoProfile.Types.Format format)
    {
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        foreach (var profile in credentials.FullProfiles)
        {
            (profile.Encoder, profile.Format) = (codec, format);
        }

        credentials.FullProfiles3.Add(credentials.FullProfiles);
        credentials.FullProfiles.Clear();
        var encoder = codec == VideoProfile.Types.VideoCodec.H265 ? Capability.HevcEncode : Capability.Vp9Encode;
        var container = format == VideoProfile.Types.Format.Mp4 ? Capability.Mp4 : Capability.MpegTs;
        credentials.Capabilities.Bitstring.Clear();
        credentials.Capabilities.Bitstring.Add(CapabilitySet.FromNumbers([(int)encoder, (int)container, .. TestJob.Needs.ToNumbers()]).ToWords());
        return await Gateway.SegmentAsync(credentials, segment);
    }

    private static IReadOnlyList<byte[]> Renditions(VideoProfile.Types.VideoCodec codec, VideoProfile.Types.Format format, int largeFrames, int smallFrames) =>
    [
        Rendition(codec, format, $"{TestJob.LargeWidth}x{TestJob.LargeHeight}", largeFrames),
        Rendition(codec, format, $"{TestJob.SmallWidth}x{TestJob.SmallHeight}", smallFrames),
    ];

    private static byte[] Rendition(VideoProfile.Types.VideoCodec codec, VideoProfile.Types.Format format, string size, int frames)
    {
        var encoder = codec == VideoProfile.Types.VideoCodec.H265
            ? "-preset ultrafast -c:v libx265 -x265-params log-level=none -b:v 100k"
            : "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 100k";
        return Clip.Make($"{Clip.Picture(size)} -frames:v {frames} -pix_fmt yuv420p {encoder}", format == VideoProfile.Types.Format.Mp4 ? "mp4" : "mpegts");
    }
}
