using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Edge;

/// <summary>
/// Headers of every size and none (protocol §1.4, §4.1). A segment without credentials needs the network's legacy capabilities (§2.3), and the
/// worker here has not all of them: that is the first thing wrong with it.
/// </summary>
public sealed class HeaderTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    [Theory]
    [InlineData("", 403, "incompatible capabilities\n")]
    [InlineData("Livepeer-Segment:\r\n", 403, "incompatible capabilities\n")]
    [InlineData("Livepeer-Payment:\r\n", 403, "incompatible capabilities\n")]
    [InlineData("Livepeer-Segment: A\r\n", 403, "ErrorSegEncoding\n")]
    [InlineData("Livepeer-Segment: AAAA\r\n", 403, "")]
    [InlineData("Livepeer-Segment: Cg\r\n", 403, "ErrorSegEncoding\n")]
    [InlineData("Livepeer-Segment: Cg= =\r\n", 403, "ErrorSegEncoding\n")]
    [InlineData("Livepeer-Segment: _-8=\r\n", 403, "ErrorSegEncoding\n")]
    [InlineData("Livepeer-Payment: ====\r\n", 402, "base64 decode error: ")]
    [InlineData("Livepeer-Payment: AAAA\r\n", 402, "protobuf unmarshal error: ")]
    [InlineData("lIVEPEER-pAYMENT: ====\r\n", 402, "base64 decode error: ")]
    [InlineData("Livepeer-Segment:\r\nLivepeer-Segment: ====\r\n", 403, "incompatible capabilities\n")]
    public async Task A_header_that_is_missing_or_broken_has_its_answer(string headers, int status, string text)
    {
        var answer = await SendAsync(headers);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.StartsWith(text, answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(900_000, "403")]
    [InlineData(1_200_000, "431")]
    public async Task Headers_may_be_as_large_as_the_networks_and_no_larger(int length, string status)
    {
        var answer = await SendAsync($"X-Long: {new string('a', length)}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_headers_are_too_many()
    {
        var answer = await SendAsync(string.Concat(Enumerable.Range(0, 1000).Select(number => $"X-{number}: y\r\n")));

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_of_profiles_are_read_and_refused_over_either_version()
    {
        var terms = await shared.Gateway.GetOrchestratorAsync();
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(terms, segment);
        credentials.FullProfiles.AddRange(Enumerable.Repeat(credentials.FullProfiles[0].Clone(), 20_000));

        foreach (var version in new[] { Kit.HttpVersion.One, Kit.HttpVersion.Two })
        {
            var answer = await shared.Gateway.SegmentAsync(credentials, segment, version);
            Assert.Equal((version, 403, "Too many outputs\n"), (version, answer.Status, answer.Text));
        }
    }

    [Fact]
    public async Task What_is_no_http_ends_its_own_connection_only()
    {
        foreach (var bytes in new[] { "\0\0\0\0", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "POST /segment HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" })
        {
            await shared.Gateway.SendRawAsync(Encoding.ASCII.GetBytes(bytes), "\r\n\r\n");
        }

        Assert.Equal(0, shared.Server.Services.GetRequiredService<EdgeGuard>().Faults);
        Assert.Equal(2, (await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync())).Renditions.Count);
    }

    private Task<string> SendAsync(string headers) => shared.Gateway.SendRawAsync(
        Encoding.ASCII.GetBytes($"POST /segment HTTP/1.1\r\nHost: {shared.Server.Network.Authority}\r\nConnection: close\r\n{headers}Content-Length: 0\r\n\r\n"),
        "nothing that ends it before the server does");
}
