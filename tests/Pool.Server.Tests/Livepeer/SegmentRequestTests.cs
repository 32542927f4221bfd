using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Livepeer;

/// <summary>The refusals of a segment before its body is read, in the network's order (protocol §4.2, steps 1 to 10).</summary>
public sealed class SegmentRequestTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AuthTokens s_tokens = new(new byte[AuthTokens.SecretBytes]);

    [Fact]
    public void A_good_request_passes_and_an_absent_payment_is_an_empty_one()
    {
        var (request, refusal) = SegmentRequest.Parse(Headers(Good()));

        Assert.Null(refusal);
        Assert.Null(request!.Check(new StubTickets(), Ours(), s_tokens, s_now));
        Assert.True(request.Gateway.IsZero);
    }

    [Theory]
    [InlineData("payment is no base64", 402, "base64 decode error")]
    [InlineData("payment is no message", 402, "protobuf unmarshal error")]
    [InlineData("segment is no base64", 403, "ErrorSegEncoding")]
    [InlineData("unknown container", 403, "unrecognized profile output format")]
    [InlineData("too long", 403, "invalid duration")]
    [InlineData("negative duration", 403, "invalid duration")]
    [InlineData("needs HEVC", 403, "incompatible capabilities")]
    [InlineData("no token", 403, "missing auth token")]
    [InlineData("foreign token", 403, "invalid auth token")]
    [InlineData("old token", 403, "expired auth token")]
    [InlineData("needs HEVC and has no token", 403, "incompatible capabilities")]
    public void Each_fault_has_the_networks_status_and_words(string fault, int status, string text)
    {
        var segment = Good();
        var headers = new HeaderDictionary();
        switch (fault)
        {
            case "payment is no base64":
                headers[WireHeaders.Payment] = "%%%";
                break;
            case "payment is no message":
                headers[WireHeaders.Payment] = Convert.ToBase64String([0x0a, 0xff]);
                break;
            case "segment is no base64":
                headers[WireHeaders.Segment] = "%%%";
                break;
            case "unknown container":
                segment.FullProfiles2.Add(new VideoProfile { Name = "x", Format = (VideoProfile.Types.Format)9 });
                break;
            case "too long":
                segment.Duration = SegmentRequest.MaxDurationMilliseconds + 1;
                break;
            case "negative duration":
                segment.Duration = -1;
                break;
            case "no token":
                segment.AuthToken = null;
                break;
            case "foreign token":
                segment.AuthToken.Token = ByteString.CopyFrom(new byte[32]);
                break;
            case "old token":
                segment.AuthToken = s_tokens.Issue("session", s_now - TimeSpan.FromSeconds(1));
                break;
            default:
                segment.Capabilities.Bitstring[0] |= 1UL << (int)Capability.HevcDecode;
                segment.AuthToken = fault.EndsWith("no token", StringComparison.Ordinal) ? null : segment.AuthToken;
                break;
        }

        if (!headers.ContainsKey(WireHeaders.Segment))
        {
            headers[WireHeaders.Segment] = WireHeaders.Encode(segment);
        }

        var (request, refusal) = SegmentRequest.Parse(headers);
        refusal ??= request!.Check(new StubTickets(), Ours(), s_tokens, s_now);

        Assert.Equal(status, refusal!.Status);
        Assert.StartsWith(text, refusal.Text, StringComparison.Ordinal);
    }

    private static HeaderDictionary Headers(SegData segment) => new() { [WireHeaders.Segment] = WireHeaders.Encode(segment) };

    private static SegData Good()
    {
        var segment = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8("stream"),
            Seq = 1,
            Duration = 2000,
            Capabilities = new Shared.Livepeer.Wire.Capabilities { Bitstring = { 0x4001003 } },
            AuthToken = s_tokens.Issue("session", s_now + AuthTokens.Validity),
        };
        segment.FullProfiles.Add(new VideoProfile { Name = "360p", Width = 640, Height = 360, Bitrate = 1_000_000 });
        return segment;
    }

    private static Shared.Livepeer.Wire.Capabilities Ours() => new() { Version = "0.9.1", Bitstring = { 0x4005FFF } };
}
