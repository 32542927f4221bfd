using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Edge;

/// <summary>Downloads of renditions (protocol §4.9).</summary>
public sealed class StreamTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    [Fact]
    public async Task A_rendition_is_served_whole_as_often_as_it_is_asked_for()
    {
        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());

        foreach (var (index, rendition) in answer.Renditions.Index())
        {
            using var first = await shared.Gateway.DownloadAsync(rendition.Url);
            using var again = await shared.Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(rendition.Url)));
            Assert.Equal(TestJob.GoodRenditions[index], await first.Content.ReadAsByteArrayAsync());
            Assert.Equal(TestJob.GoodRenditions[index], await again.Content.ReadAsByteArrayAsync());
            Assert.Equal(("video/mp2t", TestJob.GoodRenditions[index].Length), (first.Content.Headers.ContentType?.MediaType, first.Content.Headers.ContentLength));
            Assert.Equal("*", Assert.Single(first.Headers.GetValues("Access-Control-Allow-Origin")));
            Assert.Equal(TimeSpan.FromSeconds(5), first.Headers.CacheControl?.MaxAge);
        }
    }

    [Theory]
    [InlineData("/stream/0123456789abcdef0123456789abcdef.ts")]
    [InlineData("/stream/0123456789abcdef0123456789abcdef.mp4")]
    [InlineData("/stream/0123456789abcdef0123456789abcdef")]
    [InlineData("/stream/x.ts")]
    [InlineData("/stream/.ts")]
    public async Task What_is_not_there_is_the_networks_404(string path)
    {
        var (status, text) = await shared.Gateway.GetRawAsync(path);

        Assert.Equal(404, status);
        Assert.Contains("ErrNotFound\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/stream/../../server/auth.secret")]
    [InlineData("/stream/..%2F..%2Fserver%2Fauth.secret")]
    [InlineData("/stream/%2e%2e/auth.secret.ts")]
    [InlineData("/stream/..%5cauth.ts")]
    [InlineData("/stream/%00.ts")]
    [InlineData("/stream//etc/passwd")]
    [InlineData("/stream/auth.secret%00.ts")]
    public async Task No_path_leads_out_of_the_spool(string path)
    {
        var (status, text) = await shared.Gateway.GetRawAsync(path);

        Assert.InRange(status, 400, 404);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
    }
}
