using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;

namespace Pool.Demo;

/// <summary>What the screen reads of the pool's status page; pixels are decimal strings there.</summary>
public sealed record PoolStatus(IReadOnlyList<WorkerLine> Workers, Totals Totals);

public sealed record WorkerLine(string NodeKey, string Payee, string Device, bool Connected, int Capacity, int InFlight, long Segments, string Pixels, double? MegapixelsPerSecond)
{
    public BigInteger PixelCount => BigInteger.Parse(Pixels);
}

public sealed record Totals(long SegmentsOk, long Contributions, string Pixels);

/// <summary>Asks a running pool for its status, as an operator does.</summary>
public sealed class StatusClient : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _url;

    public StatusClient(Uri url, string token)
    {
        _url = url;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<PoolStatus> ReadAsync(CancellationToken cancellationToken) =>
        await _http.GetFromJsonAsync<PoolStatus>(_url, JsonSerializerOptions.Web, cancellationToken)
        ?? throw new InvalidDataException("the pool's status is empty");

    public void Dispose() => _http.Dispose();
}
