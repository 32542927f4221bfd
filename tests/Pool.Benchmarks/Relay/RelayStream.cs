using System.Net.Http.Headers;
using Pool.Benchmarks.Kit;
using Pool.Gateway.Network;

namespace Pool.Benchmarks.Relay;

/// <summary>One stream of a gateway: a segment is sent over HTTP/2, its renditions are fetched side by side over HTTP/1.1, and all of it is looked at.</summary>
internal abstract class RelayStream(PreparedMedia media) : IAsyncDisposable
{
    private const string SegmentType = "video/MP2T";
    private static readonly TimeSpan s_connectLimit = TimeSpan.FromSeconds(5);

    /// <summary>Far above what any of them takes: whoever is stuck is named.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _segments = NetworkConnections.Http2(s_connectLimit);
    private readonly HttpClient _renditions = NetworkConnections.Http11(s_connectLimit);

    /// <summary>From the first byte that is sent to the last one that is fetched.</summary>
    /// <exception cref="InvalidOperationException">The answer was not the right one.</exception>
    public async Task SendAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        using var request = Request();
        request.Version = System.Net.HttpVersion.Version20;
        request.Content = new ByteArrayContent(media.Source);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SegmentType);
        using var response = await _segments.SendAsync(request, limit.Token);
        var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"a segment was answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        }

        var addresses = Read(body);
        var lengths = await Task.WhenAll(addresses.Select(async address => (await _renditions.GetByteArrayAsync(address, limit.Token)).Length));
        if (!lengths.SequenceEqual(media.Renditions.Select(rendition => rendition.Length)))
        {
            throw new InvalidOperationException($"the renditions have {string.Join(", ", lengths)} bytes");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        catch (HttpRequestException)
        {
            // The pool is gone: whoever waits for more than this goodbye says so.
        }

        _segments.Dispose();
        _renditions.Dispose();
    }

    /// <summary>Says that nothing more comes.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;

    /// <summary>The next segment's request, without its body.</summary>
    protected abstract HttpRequestMessage Request();

    /// <summary>Where the renditions are.</summary>
    protected abstract IReadOnlyList<Uri> Read(byte[] body);
}
