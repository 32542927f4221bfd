using System.Net;
using Microsoft.AspNetCore.Http;
using Pool.Gateway.Cli;
using Pool.Gateway.Push;

namespace Pool.EndToEnd.Tests.Gateway;

/// <summary>What a pushed segment's path and headers mean (protocol §8.6).</summary>
public sealed class PushRequestTests
{
    [Theory]
    [InlineData("/live/show/7.ts", "show", 7)]
    [InlineData("/live/live/show/12.mp4", "show", 12)]
    [InlineData("/live/show/deep/out0042.ts", "show", 42)]
    [InlineData("/live/show/intro.ts", "show", 0)]
    [InlineData("/live/show/99999999999999999999.ts", "show", 0)]
    public void A_path_names_stream_and_segment(string path, string manifest, int sequence)
    {
        var request = PushRequest.Read(Request(path));

        Assert.Equal((manifest, sequence), (request.ManifestId, request.Sequence));
        Assert.Equal(path.EndsWith(".mp4", StringComparison.Ordinal), request.IsMp4);
        Assert.Equal((TimeSpan.FromSeconds(2), false), (request.Duration, request.WantsRenditions));
    }

    [Theory]
    [InlineData("/live/show/index.m3u8", "", "", "ignoring file extension: .m3u8")]
    [InlineData("/live/7.ts", "", "", "Bad URL")]
    [InlineData("/live/show/7.ts", "Content-Duration", "long", "Content-Duration 'long' is no number of milliseconds")]
    [InlineData("/live/show/7.ts", "Content-Duration", "300001", "Content-Duration 300001 ms is more than 300000 ms")]
    [InlineData("/live/show/7.ts", "Content-Slice-To", "-1", "Content-Slice-To '-1' is no number of milliseconds")]
    [InlineData("/live/show/7.ts", "Livepeer-Transcode-Configuration", "[]", "Livepeer-Transcode-Configuration cannot be read: it is not an object")]
    [InlineData("/live/show/7.ts", "Livepeer-Transcode-Configuration", """{"presets":["P1"]}""", "Livepeer-Transcode-Configuration cannot be read: presets: entry 1 ('P1')")]
    public void A_wrong_request_is_answered_400_with_the_reason(string path, string header, string value, string message)
    {
        var refusal = Assert.Throws<PushRefusedException>(() => PushRequest.Read(Request(path, (header, value))));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_say_duration_slice_and_profiles()
    {
        var request = PushRequest.Read(Request(
            "/live/show/7.ts", ("Content-Duration", "4000"), ("Accept", "multipart/mixed"), ("Content-Slice-From", "500"),
            ("Content-Slice-To", "1500"), ("Livepeer-Transcode-Configuration",
            """{"manifestID":"other","presets":["P144p30fps16x9"],"profiles":[{"name":"x","width":64,"height":48,"bitrate":1000}],"objectStore":null}""")));

        Assert.Equal((TimeSpan.FromSeconds(4), true, 500UL, 1500UL), (request.Duration, request.WantsRenditions, request.Clip!.FromMs, request.Clip.ToMs));
        Assert.Equal("other", request.Configuration!.ManifestId);
        Assert.Equal(["P144p30fps16x9", "x"], request.Configuration.Profiles!.Select(profile => profile.Name));
    }

    [Fact]
    public void A_slice_that_ends_before_it_begins_is_refused()
    {
        var refusal = Assert.Throws<PushRefusedException>(() =>
            PushRequest.Read(Request("/live/show/7.ts", ("Content-Slice-From", "2"), ("Content-Slice-To", "1"))));

        Assert.Equal("Content-Slice-From 2 is after Content-Slice-To 1", refusal.Message);
    }

    [Fact]
    public void An_address_to_listen_at_needs_a_port()
    {
        Assert.Equal(9935, ServeCommand.ReadListen("127.0.0.1:9935").Port);
        Assert.Throws<UserFaultException>(() => ServeCommand.ReadListen("127.0.0.1"));
    }

    private static HttpRequest Request(string path, params (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        foreach (var (name, value) in headers.Where(header => header.Name.Length > 0))
        {
            request.Headers[name] = value;
        }

        return request;
    }
}
