using Google.Protobuf;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Edge;

/// <summary>What is read of a job and how (protocol §2.4, §4.2, §11): what strangers may write, and what reaches a worker.</summary>
public sealed class ReaderRuleTests : ServerTest
{
    [Fact]
    public async Task Of_the_three_lists_of_profiles_the_last_that_is_not_empty_counts()
    {
        var wire = new Shared.Livepeer.Wire.VideoProfile { Width = 320, Height = 180, Bitrate = 1000 };
        var third = wire.Clone();
        (third.Name, third.Profile, third.Gop, third.FpsDen, third.Fps) = ("third", Shared.Livepeer.Wire.VideoProfile.Types.Profile.H264Main, -1, 1001, 30000);
        (third.Quality, third.ColorDepth, third.ChromaFormat) = (23, 2, Shared.Livepeer.Wire.VideoProfile.Types.ChromaSubsampling.Chroma444);

        var message = await AssignedAsync(credentials =>
        {
            credentials.FullProfiles.Add(wire);
            credentials.FullProfiles2.Add(wire);
            credentials.FullProfiles3.Add(third);
        });

        var profile = Assert.Single(message.Profiles);
        Assert.Equal(("third", EncoderProfile.H264Main, -1, 30000u, 1001u, 23u), (profile.Name, profile.EncoderProfile, profile.GopMilliseconds, profile.FrameRateNumerator, profile.FrameRateDenominator, profile.Quality));
        Assert.Equal((2, ChromaFormat.Chroma444), (profile.ColorDepth, profile.ChromaFormat));
    }

    [Fact]
    public async Task A_nameless_profile_gets_the_networks_name_and_zero_means_the_default()
    {
        var message = await AssignedAsync(credentials =>
        {
            credentials.FullProfiles.Clear();
            credentials.FullProfiles2.Add(new Shared.Livepeer.Wire.VideoProfile { Width = 1, Height = 2, Bitrate = 3, Format = Shared.Livepeer.Wire.VideoProfile.Types.Format.Mp4 });
            credentials.Duration = 0;
        });

        Assert.Equal(("net_1x2_3", Container.Mp4, 2000), (message.Profiles[0].Name, message.Profiles[0].Container, message.DurationMilliseconds));
        Assert.Null(message.Clip);
        Assert.False(message.ForceReinit);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(-1, -1, -1)]
    [InlineData(int.MinValue, int.MaxValue, int.MinValue)]
    public async Task Sizes_that_are_none_are_the_workers_to_judge_and_harm_nobody(int width, int height, int bitrate)
    {
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.BadInput, InputFault.InvalidResolution));
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        credentials.FullProfiles.Clear();
        credentials.FullProfiles.Add(new Shared.Livepeer.Wire.VideoProfile
        {
            Name = "x",
            Width = width,
            Height = height,
            Bitrate = bitrate,
            Gop = bitrate,
            Fps = uint.MaxValue,
            FpsDen = uint.MaxValue,
            Quality = uint.MaxValue,
            ColorDepth = width,
            ChromaFormat = (Shared.Livepeer.Wire.VideoProfile.Types.ChromaSubsampling)99,
        });

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.Equal(InputFault.InvalidResolution, answer.Error);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0b\r\nc\u001b[2J")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\U0001F3AC\u202E名前")]
    [InlineData("'; DROP TABLE segments; --")]
    [InlineData(".")]
    public async Task Names_and_manifest_ids_of_any_kind_reach_neither_the_disk_nor_an_address(string name)
    {
        await JoinGoodAsync();
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        credentials.FullProfiles[0].Name = name;
        credentials.ManifestId = ByteString.CopyFrom([0xff, 0xfe, 0, .. System.Text.Encoding.UTF8.GetBytes(name), 0xc0]);

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.All(answer.Renditions, rendition => Assert.Matches("^https://127\\.0\\.0\\.1:[0-9]+/stream/[0-9a-f]{32}\\.ts$", rendition.Url));
        Assert.All(Directory.EnumerateFileSystemEntries(Path.Combine(Server.Home, "server", "spool")), file => Assert.Matches("^[0-9a-f]{32}\\.ts$", Path.GetFileName(file)));
        Assert.Equal(TestJob.Pixels, await Server.ScalarAsync("SELECT sum(pixels) FROM contributions"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task A_manifest_id_may_have_any_length(int length)
    {
        await JoinGoodAsync();
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment, long.MinValue);
        credentials.ManifestId = ByteString.CopyFrom(new byte[length]);

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.Equal((2, long.MinValue), (answer.Renditions.Count, answer.Result!.Seq));
    }

    [Fact]
    public async Task A_hash_of_another_length_is_fitted_as_receivers_must()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        var longer = TestJob.Credentials(terms, segment);
        longer.Hash = ByteString.CopyFrom([1, 2, 3, .. Keccak256.Hash(segment)]);
        var shorter = TestJob.Credentials(terms, segment);
        shorter.Hash = ByteString.CopyFrom(Keccak256.Hash(segment).AsSpan(1));
        var none = TestJob.Credentials(terms, segment);
        none.Hash = ByteString.Empty;

        Assert.Equal(2, (await Gateway.SegmentAsync(longer, segment)).Renditions.Count);
        Assert.Equal("Forbidden\n", (await Gateway.SegmentAsync(shorter, segment)).Text);
        Assert.Equal("Forbidden\n", (await Gateway.SegmentAsync(none, segment)).Text);
    }

    [Fact]
    public async Task Without_a_worker_a_job_beyond_all_bounds_is_incompatible_and_no_fault_of_ours()
    {
        var worker = await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        await worker.LeaveAsync();
        await Server.WaitForWorkersAsync(workers => workers.Connected.Count == 0);
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(terms, segment);
        credentials.Capabilities.Bitstring.AddRange(Enumerable.Repeat(ulong.MaxValue, 1000));

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.Equal((403, "incompatible capabilities\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_codec_that_nobody_here_can_count_is_not_offered_whatever_a_worker_can_do()
    {
        var worker = await ConnectAsync();
        var welcome = await worker.HelloAsync();
        await worker.JoinAsync(worker.Request(welcome.Nonce) with { Capabilities = [0, 1, 2, 14, 16, 19, 20, 26] });
        await Server.WaitForWorkersAsync(workers => workers.Connected.Count == 1);

        var set = CapabilityCheck.SetOf((await Gateway.GetOrchestratorAsync()).Capabilities);

        Assert.Equal([0, 1, 2, 4, 5, 6, 12, 14, 16, 20, 26], set.ToNumbers());   // 19 is VP8
    }

    private async Task<Assignment> AssignedAsync(Action<SegData> change)
    {
        var worker = await JoinAsync();
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(await Gateway.GetOrchestratorAsync(), segment);
        change(credentials);
        var answer = Gateway.SegmentAsync(credentials, segment);
        var assignment = await worker.NextAssignmentAsync();
        await assignment.FinishAsync(OutcomeKind.WorkerFailed);
        await answer;
        return assignment.Message;
    }
}
