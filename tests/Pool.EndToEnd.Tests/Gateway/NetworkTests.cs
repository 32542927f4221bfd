using Google.Protobuf;
using Pool.Gateway.Cli;
using Pool.Gateway.Network;
using Pool.Gateway.Streaming;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.EndToEnd.Tests.Gateway;

public sealed class NetworkTests : IDisposable
{
    private static readonly Pool.Shared.Media.VideoProfile s_profile = new() { Name = "240p", Width = 426, Height = 240, BitrateBps = 600_000 };

    private readonly SegmentExchange _exchange = new(GatewayRun.Needs([s_profile]), [s_profile]);

    [Fact]
    public void A_pushed_job_asks_for_the_capabilities_of_a_stock_gateway()
    {
        Assert.Equal([0, 1, 12, 26], CapabilitySet.FromWords(GatewayRun.Needs([s_profile]).Bitstring).ToNumbers());
    }

    [Fact]
    public void Credentials_are_filled_as_a_gateway_without_a_key_does()
    {
        var terms = new OrchestratorInfo { AuthToken = new AuthToken { SessionId = "abc" } };

        var credentials = _exchange.Credentials(terms, "manifest", Segments.Number(7), [1, 2, 3]);

        Assert.Equal(("manifest", 7, 2000, "invalid"), (credentials.ManifestId.ToStringUtf8(), credentials.Seq, credentials.Duration, credentials.Profiles.ToStringUtf8()));
        Assert.Equal("abc", credentials.AuthToken.SessionId);
        Assert.True(credentials.Sig.IsEmpty);
        Assert.Equal("240p", Assert.Single(credentials.FullProfiles).Name);
    }

    [Fact]
    public void A_good_result_is_taken()
    {
        Assert.Equal(7, _exchange.Read(Result(7, "https://127.0.0.1/stream/x").ToByteArray(), 7).Seq);
    }

    [Fact]
    public void A_result_of_another_segment_fails_the_attempt()
    {
        var fault = Assert.Throws<AttemptException>(() => _exchange.Read(Result(6, "https://127.0.0.1/stream/x").ToByteArray(), 7));

        Assert.Equal("the result is of segment 6", fault.Message);
    }

    [Fact]
    public void A_result_without_an_answer_is_the_networks_unknown_response()
    {
        Assert.Equal("UnknownResponse", Assert.Throws<AttemptException>(() => _exchange.Read([], 0)).Message);
    }

    [Fact]
    public void Terms_without_a_token_fail_the_attempt()
    {
        var result = Result(7, "https://127.0.0.1/stream/x");
        result.Info = new OrchestratorInfo();

        Assert.Equal("missing auth token", Assert.Throws<AttemptException>(() => _exchange.Read(result.ToByteArray(), 7)).Message);
    }

    [Fact]
    public void A_missing_rendition_fails_the_attempt()
    {
        var result = Result(7, "https://127.0.0.1/stream/x");
        result.Data.Segments.Clear();

        Assert.Throws<AttemptException>(() => _exchange.Read(result.ToByteArray(), 7));
    }

    [Theory]
    [InlineData("TranscoderInvalidVideo", true)]
    [InlineData("No keyframes in input", true)]
    [InlineData("OrchestratorBusy", false)]
    [InlineData("transcoderinvalidvideo", false)]
    public void Only_the_networks_words_blame_the_input(string text, bool isInputFault)
    {
        var fault = Assert.Throws<AttemptException>(() => _exchange.Read(new TranscodeResult { Error = text + "\n" }.ToByteArray(), 0));

        Assert.Equal((text, isInputFault), (fault.Message, fault.IsInputFault));
    }

    [Fact]
    public void A_token_is_renewed_when_it_has_less_than_three_minutes()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        OrchestratorInfo Ending(int seconds) => new() { AuthToken = new AuthToken { Expiration = now.AddSeconds(seconds).ToUnixTimeSeconds() } };

        Assert.True(SessionPool.IsNearlyOver(Ending(179), now));
        Assert.False(SessionPool.IsNearlyOver(Ending(180), now));
    }

    [Fact]
    public void A_grpc_frame_is_read_back_and_half_of_one_is_refused()
    {
        var frame = GrpcCall.Frame(new PingPong { Value = ByteString.CopyFromUtf8("ping") });

        Assert.Equal("ping", GrpcCall.Unframe(frame, PingPong.Parser).Value.ToStringUtf8());
        Assert.Throws<GrpcCallException>(() => GrpcCall.Unframe(frame[..^1], PingPong.Parser));
        Assert.Throws<GrpcCallException>(() => GrpcCall.Unframe([], PingPong.Parser));
    }

    [Theory]
    [InlineData("127.0.0.1", "https://127.0.0.1:8935/")]
    [InlineData("127.0.0.1:9000", "https://127.0.0.1:9000/")]
    [InlineData("https://pool.example:8935/", "https://pool.example:8935/")]
    public void An_orchestrators_address_has_the_networks_defaults(string text, string address)
    {
        Assert.Equal(address, StreamCommand.ReadAddress(text).AbsoluteUri);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8935")]
    [InlineData("https://127.0.0.1:8935/path")]
    [InlineData("")]
    public void Another_address_is_refused(string text)
    {
        Assert.Throws<UserFaultException>(() => StreamCommand.ReadAddress(text));
    }

    public void Dispose() => _exchange.Dispose();

    private static TranscodeResult Result(int sequence, string url) => new()
    {
        Seq = sequence,
        Data = new TranscodeData { Segments = { new TranscodedSegmentData { Url = url, Pixels = 1 } } },
        Info = new OrchestratorInfo { AuthToken = new AuthToken { SessionId = "abc" } },
    };
}
