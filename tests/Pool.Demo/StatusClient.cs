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

    public StatusClient(Uri address, string token)
    {
        _address = address;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The status, or why there is none.</summary>
    public async Task<(PoolStatus? Status, string? Fault)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var status = await _http.GetFromJsonAsync<PoolStatus>(_address, JsonSerializerOptions.Web, cancellationToken);
            return status is null ? (null, $"{_address} answered nothing") : (status, null);
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"the pool's status at {_address} cannot be read: {fault.GetBaseException().Message}");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
