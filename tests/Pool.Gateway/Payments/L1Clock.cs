using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using Pool.Gateway.Network;

namespace Pool.Gateway.Payments;

/// <summary>The L1 block that is now, asked of a node by JSON-RPC: <c>l1BlockNumber</c> where there is one, else the block's own number (protocol §6.2).</summary>
/// <param name="node">Address of the node.</param>
/// <param name="time">The clock.</param>
public sealed class L1Clock(Uri node, TimeProvider time) : IDisposable
{
    /// <summary>How long an answer is used.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new() { Timeout = NetworkTimes.Refresh };
    private readonly SemaphoreSlim _asking = new(1);
    private (BigInteger Block, long At)? _known;

    /// <summary>The block.</summary>
    /// <exception cref="AttemptException">The node does not say.</exception>
    public async Task<BigInteger> BlockAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && time.GetElapsedTime(known.At) < s_life)
            {
                return known.Block;
            }

            var block = await AskAsync(cancellationToken);
            _known = (block, time.GetTimestamp());
            return block;
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or KeyNotFoundException or FormatException or InvalidOperationException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AttemptException($"the node at {node.Authority} does not say which block it is: {fault.GetBaseException().Message}", fault);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _asking.Dispose();
    }

    private async Task<BigInteger> AskAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            node, new { jsonrpc = "2.0", id = 1, method = "eth_getBlockByNumber", @params = new object[] { "latest", false } }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken));
        var block = json.RootElement.GetProperty("result");
        var text = (block.TryGetProperty("l1BlockNumber", out var l1) ? l1 : block.GetProperty("number")).GetString() ?? "";
        return BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
