using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pool.Demo;

/// <summary>Asks a running pool for its status, as an operator does.</summary>
public sealed class StatusClient : IDisposable
{
    /// <summary>An operator's page that takes longer than this is not there.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = s_limit };
    private readonly Uri _address;
    private readonly Uri? _chain;

    /// <param name="address">The operator's status.</param>
    /// <param name="token">The operator's token.</param>
    /// <param name="chain">The operator's page about the chain; null off-chain.</param>
    public StatusClient(Uri address, string token, Uri? chain = null)
    {
        (_address, _chain) = (address, chain);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The status, or why there is none.</summary>
    public Task<(PoolStatus? Status, string? Fault)> ReadAsync(CancellationToken cancellationToken) => ReadAsync<PoolStatus>(_address, cancellationToken);

    /// <summary>The chain as the operator sees it, or why nothing can be seen.</summary>
    public Task<(ChainStatus? Status, string? Fault)> ReadChainAsync(CancellationToken cancellationToken) =>
        ReadAsync<ChainStatus>(_chain ?? throw new InvalidOperationException("There is no chain."), cancellationToken);

    private async Task<(T? Status, string? Fault)> ReadAsync<T>(Uri address, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var status = await _http.GetFromJsonAsync<T>(address, JsonSerializerOptions.Web, cancellationToken);
            return status is null ? (null, $"{address} answered nothing") : (status, null);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"the pool's status at {address} cannot be read: {fault.GetBaseException().Message}");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
