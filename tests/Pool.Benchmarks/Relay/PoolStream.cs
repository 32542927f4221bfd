using Google.Protobuf;
using Pool.Benchmarks.Kit;
using Pool.Gateway.Network;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Benchmarks.Relay;

/// <summary>A session at the pool. The hash of the segment is computed beforehand: a gateway's work is not what is measured.</summary>
internal sealed class PoolStream : RelayStream
{
    private readonly Uri _network;
    private readonly PreparedMedia _media;
    private readonly OrchestratorInfo _terms;
    private readonly Capabilities _needs;
    private readonly string _manifest;
    private long _sequence;

    private PoolStream(Uri network, PreparedMedia media, OrchestratorInfo terms, Capabilities needs, string manifest)
        : base(media) => (_network, _media, _terms, _needs, _manifest) = (network, media, terms, needs, manifest);

    /// <summary>Opens a session.</summary>
    public static async Task<PoolStream> OpenAsync(Uri network, PreparedMedia media, string manifest)
    {
        var needs = PreparedMedia.Job();
        var terms = await GrpcCall.UnaryAsync(
            network, "/net.Orchestrator/GetOrchestrator",
            new OrchestratorRequest { Address = ByteString.CopyFrom(new byte[20]), Capabilities = needs }, OrchestratorInfo.Parser,
            NetworkTimes.GrpcConnect, CancellationToken.None);
        return new PoolStream(network, media, terms, needs, manifest);
    }

    protected override Task EndAsync() => GrpcCall.UnaryAsync(
        _network, "/net.Orchestrator/EndTranscodingSession",
        new EndTranscodingSessionRequest { AuthToken = _terms.AuthToken }, EndTranscodingSessionResponse.Parser,
        NetworkTimes.GrpcConnect, CancellationToken.None);

    protected override HttpRequestMessage Request()
    {
        var credentials = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8(_manifest),
            Seq = _sequence++,
            Hash = ByteString.CopyFrom(_media.SourceHash),
            Profiles = ByteString.CopyFromUtf8("invalid"),
            Duration = (int)PreparedMedia.Duration.TotalMilliseconds,
            Capabilities = _needs.Clone(),
            AuthToken = _terms.AuthToken,
        };
        SegDataProfiles.Write(credentials, PreparedMedia.Profiles);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_network, "/segment"));
        request.Headers.Add(WireHeaders.Segment, WireHeaders.Encode(credentials));
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, "");
        return request;
    }

    protected override IReadOnlyList<Uri> Read(byte[] body)
    {
        var result = TranscodeResult.Parser.ParseFrom(body);
        return result.ResultCase == TranscodeResult.ResultOneofCase.Data
            ? [.. result.Data.Segments.Select(segment => new Uri(segment.Url))]
            : throw new InvalidOperationException($"the pool answered: {result.Error}");
    }
}
