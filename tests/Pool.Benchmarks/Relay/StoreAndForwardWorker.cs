using System.Globalization;
using Pool.Benchmarks.Kit;

namespace Pool.Benchmarks.Relay;

/// <summary>A worker of the yardstick: it waits for a segment over a request that hangs, fetches it, and uploads its renditions side by side.</summary>
internal sealed class StoreAndForwardWorker : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly PreparedMedia _media;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _loops;

    /// <param name="port">Port of the yardstick that workers reach.</param>
    /// <param name="media">What it hands out.</param>
    /// <param name="segments">How many segments it works on at once.</param>
    public StoreAndForwardWorker(int port, PreparedMedia media, int segments)
    {
        _media = media;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };
        _loops = [.. Enumerable.Range(0, segments).Select(_ => WorkAsync())];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            var id = await _http.GetStringAsync("/next", _stop.Token);
            await _http.GetByteArrayAsync($"/segment/{id}", _stop.Token);
            await Task.WhenAll(_media.Renditions.Select((bytes, index) => UploadAsync(id, index, bytes)));
        }
    }

    private async Task UploadAsync(string id, int index, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        using var answer = await _http.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/made/{id}/{index}"), content, _stop.Token);
        answer.EnsureSuccessStatusCode();
    }
}

/// <summary>A stream to the yardstick.</summary>
internal sealed class StoreAndForwardStream(Uri network, PreparedMedia media) : RelayStream(media)
{
    protected override HttpRequestMessage Request() => new(HttpMethod.Post, new Uri(network, "/segment"));

    protected override IReadOnlyList<Uri> Read(byte[] body) =>
        [.. System.Text.Encoding.UTF8.GetString(body).Split('\n').Select(path => new Uri(network, path))];
}
