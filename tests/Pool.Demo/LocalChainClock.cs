using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pool.Gateway.Cli;

namespace Pool.Demo;

/// <summary>Lets time pass on a local chain: rounds are blocks, and nobody wants to wait for them.</summary>
public sealed class LocalChainClock(Uri rpc) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Mines empty blocks, at once.</summary>
    /// <exception cref="UserFaultException">The node is not there.</exception>
    public async Task MineAsync(ulong blocks, CancellationToken cancellationToken)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = "anvil_mine",
            ["params"] = new JsonArray($"0x{blocks.ToString("x", CultureInfo.InvariantCulture)}"),
        };
        try
        {
            using var answer = await _http.PostAsJsonAsync(rpc, request, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException fault)
        {
            throw new UserFaultException($"The local chain at {rpc} does not answer: {fault.Message}", fault);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
