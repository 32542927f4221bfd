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

    [Fact]
    public async Task A_head_tells_everything_and_sends_nothing()
    {
        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());

        using var head = await shared.Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(answer.Renditions[0].Url)), Kit.HttpVersion.One);

        Assert.Equal((200, TestJob.GoodRenditions[0].Length), ((int)head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal("video/mp2t", head.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", Assert.Single(head.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("bytes=0-99", 206, 0, 100)]
    [InlineData("bytes=100-", 206, 100, null)]
    [InlineData("bytes=-188", 206, -188, null)]
    [InlineData("bytes=0-999999999", 206, 0, null)]
    [InlineData("bytes=999999999-", 416, 0, 0)]
    [InlineData("bytes=0-1,5-9", 200, 0, null)]
    [InlineData("bytes=9-1", 200, 0, null)]
    [InlineData("lines=1-2", 200, 0, null)]
    [InlineData("nonsense", 200, 0, null)]
    public async Task A_part_is_served_where_one_is_asked_for_in_earnest(string range, int status, int from, int? count)
    {
        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());
        var whole = TestJob.GoodRenditions[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(answer.Renditions[0].Url));
        request.Headers.TryAddWithoutValidation("Range", range);

        using var part = await shared.Gateway.SendAsync(request, Kit.HttpVersion.One);
        var bytes = await part.Content.ReadAsByteArrayAsync();

        var start = from < 0 ? whole.Length + from : from;
        Assert.Equal(status, (int)part.StatusCode);
        Assert.Equal(status == 416 ? [] : whole[start..(start + (count ?? whole.Length - start))], bytes);
    }

    [Fact]
    public async Task A_rendition_has_one_name_only()
    {
        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());
        var url = answer.Renditions[0].Url;

        foreach (var other in new[] { url[..^3], url[..^3] + ".mp4", url[..^3] + ".phash", url[..^3] + ".rendition", url + ".ts", url.ToUpperInvariant().Replace("HTTPS", "https", StringComparison.Ordinal) })
        {
            using var missing = await shared.Gateway.DownloadAsync(other);
            Assert.Equal(404, (int)missing.StatusCode);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Nothing_is_written_by_this_address(string method)
    {
        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());

        using var refused = await shared.Gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(answer.Renditions[0].Url)));
        using var there = await shared.Gateway.DownloadAsync(answer.Renditions[0].Url);

        Assert.Equal((404, 200), ((int)refused.StatusCode, (int)there.StatusCode));
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
