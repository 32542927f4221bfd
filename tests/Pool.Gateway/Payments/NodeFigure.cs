using System.Net.Http.Json;
using System.Text.Json;
using Pool.Gateway.Network;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Gateway.Payments;

/// <summary>Something that an Ethereum node knows, asked by JSON-RPC and used for a while.</summary>
/// <param name="node">Address of the node.</param>
/// <param name="what">What it is, for people: "which block it is".</param>
/// <param name="life">How long an answer is used.</param>
/// <param name="time">The clock.</param>
public abstract class NodeFigure<T>(Uri node, string what, TimeSpan life, TimeProvider time) : IDisposable
    where T : struct
{
    private readonly HttpClient _http = new() { Timeout = NetworkTimes.Refresh };
    private readonly SemaphoreSlim _asking = new(1);
    private (T Value, long At)? _known;

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _asking.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The newest answer.</summary>
    /// <exception cref="AttemptException">The node does not say.</exception>
    protected async Task<T> LatestAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && time.GetElapsedTime(known.At) < life)
            {
                return known.Value;
            }

            var value = await AskAsync(cancellationToken);
            _known = (value, time.GetTimestamp());
            return value;
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or KeyNotFoundException or FormatException or InvalidOperationException or AbiException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AttemptException($"the node at {node.Authority} does not say {what}: {fault.GetBaseException().Message}", fault);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>The question.</summary>
    protected abstract (string Method, object[] Parameters) Question();

    /// <summary>Reads the answer.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    protected abstract T Read(JsonElement result);

    private async Task<T> AskAsync(CancellationToken cancellationToken)
    {
        var (method, parameters) = Question();
        using var answer = await _http.PostAsJsonAsync(node, new { jsonrpc = "2.0", id = 1, method, @params = parameters }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken));
        return Read(json.RootElement.GetProperty("result"));
    }
}
