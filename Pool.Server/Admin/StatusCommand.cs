using System.Text.Json;
using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary><c>pool-server status</c> and <c>pool-server chain</c>: ask the running server and print one screen, or the JSON as it is.</summary>
public static class StatusCommand
{
    public static Task<int> RunAsync(NodeOptions node, bool asJson, TextWriter output, CancellationToken cancellationToken) =>
        ShowAsync<PoolStatus>(node, AdminRoom.StatusPath, asJson, status => StatusScreen.Of(status, TimeProvider.System.GetUtcNow()), output, cancellationToken);

    /// <summary>The orchestrator on its chain.</summary>
    public static Task<int> RunChainAsync(NodeOptions node, bool asJson, TextWriter output, CancellationToken cancellationToken) =>
        ShowAsync<ChainReport>(node, AdminRoom.ChainPath, asJson, ChainScreen.Of, output, cancellationToken);

    private static async Task<int> ShowAsync<T>(
        NodeOptions node, string page, bool asJson, Func<T, string> screen, TextWriter output, CancellationToken cancellationToken)
    {
        var json = await OperatorPage.ReadAsync(node, page, cancellationToken);
        await output.WriteAsync(asJson
            ? $"{json}\n"
            : screen(JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web) ?? throw new StartUpException("The server answered nothing.")));
        return 0;
    }
}
