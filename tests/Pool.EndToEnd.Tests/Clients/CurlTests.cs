using Google.Protobuf;
using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Streaming;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>A segment sent and a rendition fetched with curl, over both HTTP versions of the one port (protocol §1.1, §4).</summary>
[Collection(PoolOfOne.Collection)]
public sealed class CurlTests(PoolOfOne fixture) : IAsyncLifetime
{
    private const int Frames = 60;
    private static readonly VideoProfile s_profile = new() { Name = "small", Width = 160, Height = 120, BitrateBps = 200_000 };

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(fixture.Pool.Home, Guid.NewGuid().ToString("N"))).FullName;

    private readonly OrchestratorClient _orchestrator = new(fixture.Pool.Orchestrator, GatewayRun.Needs([s_profile]));
    private OrchestratorInfo _terms = null!;

    public async Task InitializeAsync() => _terms = await _orchestrator.GetTermsAsync(Patience.Limit, CancellationToken.None);

    public Task DisposeAsync() => Patience.ForAsync("the end of the session", _orchestrator.EndSessionAsync(_terms.AuthToken, CancellationToken.None));

    [Theory]
    [InlineData("--http2", "2")]
    [InlineData("--http1.1", "1.1")]
    public async Task Curl_sends_a_segment_and_plays_its_rendition(string option, string version)
    {
        var segment = await SegmentAsync();
        var (header, answer) = (await CredentialsAsync(segment), Path.Combine(_folder, "answer"));

        var sent = await CurlAsync(option, "-H", $"{WireHeaders.Segment}: {header}", "-H", $"{WireHeaders.Payment};",
            "-H", "Content-Type: video/MP2T", "--data-binary", "@" + segment, "-o", answer, fixture.Pool.Orchestrator + "segment");
        var result = TranscodeResult.Parser.ParseFrom(await File.ReadAllBytesAsync(answer));
        var rendition = Assert.Single(result.Data.Segments);
        var file = Path.Combine(_folder, "rendition.ts");
        var fetched = await CurlAsync(option, "-o", file, rendition.Url);

        Assert.Equal(($"200 {version}", $"200 {version} video/mp2t"), (sent[..(4 + version.Length)], fetched));
        using var probe = new PixelProbe();
        var facts = await Patience.ForAsync("what ffprobe says of the rendition", limit => probe.ProbeAsync(file, limit));
        Assert.Equal((160, 120, (long)Frames), (facts!.Width, facts.Height, facts.Frames));
        Assert.Equal(facts.Pixels, rendition.Pixels);
    }

    [Fact]
    public async Task Curl_without_credentials_is_refused()
    {
        var answer = Path.Combine(_folder, "answer");

        var sent = await CurlAsync("--http1.1", "--data-binary", "nothing", "-o", answer, fixture.Pool.Orchestrator + "segment");

        Assert.StartsWith("403 ", sent, StringComparison.Ordinal);
        Assert.EndsWith("\n", await File.ReadAllTextAsync(answer), StringComparison.Ordinal);
    }

    /// <summary>Runs curl; the answer is status, HTTP version and media type.</summary>
    private static async Task<string> CurlAsync(params string[] arguments)
    {
        var run = await ProgramRun.RunAsync(
            "curl", ["--silent", "--show-error", "--insecure", "--noproxy", "*", "-w", "%{http_code} %{http_version} %{content_type}", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output.Trim();
    }

    private async Task<string> SegmentAsync()
    {
        var (clip, segment) = (Path.Combine(_folder, "clip.mp4"), Path.Combine(_folder, "0.ts"));
        await Clips.MakeAsync(clip, 320, 240, seconds: 2);
        var copied = await Patience.ForAsync("the segment of the clip", limit => MediaTool.FfmpegAsync(["-i", clip, "-c", "copy", segment], limit));
        Assert.Equal(0, copied.ExitCode);
        return segment;
    }

    private async Task<string> CredentialsAsync(string segment)
    {
        var credentials = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8("curl"),
            Hash = ByteString.CopyFrom(Keccak256.Hash(await File.ReadAllBytesAsync(segment))),
            Duration = 2000,
            Capabilities = _orchestrator.Needs,
            AuthToken = _terms.AuthToken,
        };
        SegDataProfiles.Write(credentials, [s_profile]);
        return WireHeaders.Encode(credentials);
    }
}
