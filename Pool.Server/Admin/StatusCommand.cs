using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary><c>pool-server status</c>: asks the running server and prints one screen, or the JSON as it is.</summary>
public static class StatusCommand
{
    public static async Task<int> RunAsync(NodeOptions node, bool asJson, TextWriter output, CancellationToken cancellationToken)
    {
        var path = OperatorToken.PathIn(node);
        if (!File.Exists(path))
        {
            throw new StartUpException($"No server has run in {node.Home}: {path} is not there (POOL_HOME).");
        }

        using var http = LocalWeb.Open(node);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(path, cancellationToken)).Trim());
        try
        {
            if (asJson)
            {
                await output.WriteLineAsync(await http.GetStringAsync(AdminRoom.StatusPath, cancellationToken));
                return 0;
            }

            var status = await http.GetFromJsonAsync<PoolStatus>(AdminRoom.StatusPath, JsonSerializerOptions.Web, cancellationToken);
            await output.WriteAsync(StatusScreen.Of(status ?? throw new StartUpException("The server answered nothing."), TimeProvider.System.GetUtcNow()));
            return 0;
        }
        catch (HttpRequestException unreachable)
        {
            throw LocalWeb.Unreachable(node, unreachable);
        }
    }
}
