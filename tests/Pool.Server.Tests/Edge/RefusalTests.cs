using System.Text;
using Google.Protobuf;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>The refusals before the 200, over the real port (protocol §4.2): status, type and words.</summary>
public sealed class RefusalTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    [Theory]
    [InlineData("payment is no base64", 402, "base64 decode error: ")]
    [InlineData("payment is no message", 402, "protobuf unmarshal error: ")]
    [InlineData("segment is no base64", 403, "ErrorSegEncoding\n")]
    [InlineData("segment is no message", 403, "")]
    [InlineData("unknown container", 403, "unrecognized profile output format\n")]
    [InlineData("unknown encoder profile", 403, "unrecognized encoder profile\n")]
    [InlineData("unknown codec", 403, "unrecognized video codec\n")]
    [InlineData("too long", 403, "invalid duration\n")]
    [InlineData("negative duration", 403, "invalid duration\n")]
    [InlineData("needs HEVC", 403, "incompatible capabilities\n")]
    [InlineData("no token", 403, "missing auth token\n")]
    [InlineData("forged token", 403, "invalid auth token\n")]
    [InlineData("moved expiration", 403, "invalid auth token\n")]
    [InlineData("address as body", 400, "BadRequest\n")]
    [InlineData("another body", 403, "Forbidden\n")]
    [InlineData("no profile", 403, "TranscoderUnrecognizedProfile\n")]
    [InlineData("65 profiles", 403, "Too many outputs\n")]
    [InlineData("endless profile name", 403, "TranscoderUnrecognizedProfile\n")]
    public async Task Each_fault_has_the_networks_status_and_words(string fault, int status, string text)
    {
        foreach (var version in new[] { Kit.HttpVersion.One, Kit.HttpVersion.Two })
        {
            var terms = await shared.Gateway.GetOrchestratorAsync();
            using var request = Request(fault, terms);

            using var response = await shared.Gateway.SendAsync(request, version);
            var answer = await SegmentAnswer.ReadAsync(response);

            Assert.Equal((version, status, "text/plain"), (version, answer.Status, response.Content.Headers.ContentType?.MediaType));
            Assert.StartsWith(text, answer.Text, StringComparison.Ordinal);
            Assert.EndsWith("\n", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Kit.HttpVersion.One)]
    [InlineData(Kit.HttpVersion.Two)]
    internal async Task A_refusal_arrives_although_a_large_body_is_still_on_its_way(Kit.HttpVersion version)
    {
        var segment = TestJob.Segment(length: 8_000_000);
        var credentials = TestJob.Credentials(await shared.Gateway.GetOrchestratorAsync(), segment);
        credentials.AuthToken = null;

        var answer = await shared.Gateway.SegmentAsync(credentials, segment, version);

        Assert.Equal((403, "missing auth token\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_body_above_the_networks_limit_is_500_before_it_has_come()
    {
        var terms = await shared.Gateway.GetOrchestratorAsync();
        var header = WireHeaders.Encode(TestJob.Credentials(terms, TestJob.Segment()));

        var (status, text) = await shared.Gateway.GetRawAsync($"/segment HTTP/1.1\r\n{WireHeaders.Segment}: {header}\r\nContent-Length: 300000001\r\nX:");

        Assert.Equal(500, status);
        Assert.Contains("\r\nInternal Server Error\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_of_a_payment_with_600_tickets_is_no_reason_to_refuse()
    {
        var terms = await shared.Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        var payment = new Payment();
        payment.TicketSenderParams.AddRange(Enumerable.Range(0, 600).Select(nonce =>
            new TicketSenderParams { SenderNonce = (uint)nonce, Sig = ByteString.CopyFrom(new byte[65]) }));

        foreach (var version in new[] { Kit.HttpVersion.One, Kit.HttpVersion.Two })
        {
            using var request = shared.Gateway.SegmentRequest(WireHeaders.Encode(TestJob.Credentials(terms, segment)), segment);
            request.Headers.Remove(WireHeaders.Payment);
            request.Headers.TryAddWithoutValidation(WireHeaders.Payment, WireHeaders.Encode(payment));
            using var response = await shared.Gateway.SendAsync(request, version);
            Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
        }

        await shared.Gateway.EndSessionAsync(terms.AuthToken);
    }

    [Fact]
    public async Task A_segment_without_a_payment_header_is_taken_and_any_method_will_do()
    {
        var terms = await shared.Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        using var request = shared.Gateway.SegmentRequest(WireHeaders.Encode(TestJob.Credentials(terms, segment)), segment);
        request.Headers.Remove(WireHeaders.Payment);
        request.Method = HttpMethod.Put;

        using var response = await shared.Gateway.SendAsync(request);

        Assert.Equal(2, (await SegmentAnswer.ReadAsync(response)).Renditions.Count);
        await shared.Gateway.EndSessionAsync(terms.AuthToken);
    }

    private HttpRequestMessage Request(string fault, OrchestratorInfo terms)
    {
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(terms, segment);
        Spoil(credentials, fault);
        var header = fault switch
        {
            "segment is no base64" => "%%%",
            "segment is no message" => Convert.ToBase64String([0x0a, 0xff]),
            _ => WireHeaders.Encode(credentials),
        };
        var request = shared.Gateway.SegmentRequest(header, fault == "another body" ? TestJob.Segment(seed: 2) : segment);
        if (fault.StartsWith("payment", StringComparison.Ordinal))
        {
            request.Headers.Remove(WireHeaders.Payment);
            request.Headers.TryAddWithoutValidation(
                WireHeaders.Payment, fault.EndsWith("base64", StringComparison.Ordinal) ? "%%%" : Convert.ToBase64String([0x0a, 0xff]));
        }

        if (fault == "address as body")
        {
            request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes("http://127.0.0.1/segment"));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/vnd+livepeer.uri");
        }

        return request;
    }

    private static void Spoil(SegData credentials, string fault)
    {
        var profile = credentials.FullProfiles[0];
        switch (fault)
        {
            case "unknown container":
                profile.Format = (VideoProfile.Types.Format)9;
                break;
            case "unknown encoder profile":
                profile.Profile = (VideoProfile.Types.Profile)9;
                break;
            case "unknown codec":
                profile.Encoder = (VideoProfile.Types.VideoCodec)9;
                break;
            case "too long":
                credentials.Duration = 300_001;
                break;
            case "negative duration":
                credentials.Duration = -1;
                break;
            case "needs HEVC":
                credentials.Capabilities.Bitstring[0] |= 1UL << (int)Capability.HevcDecode;
                break;
            case "no token":
                credentials.AuthToken = null;
                break;
            case "forged token":
                credentials.AuthToken.Token = ByteString.CopyFrom(new byte[32]);
                break;
            case "moved expiration":
                credentials.AuthToken.Expiration++;
                break;
            case "no profile":
                credentials.FullProfiles.Clear();
                break;
            case "65 profiles":
                credentials.FullProfiles.AddRange(Enumerable.Repeat(profile.Clone(), 63));
                break;
            case "endless profile name":
                profile.Name = new string('\u0001', 300_000);
                break;
            default:
                break;
        }
    }
}
