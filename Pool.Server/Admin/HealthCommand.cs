using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary><c>pool-server health</c>: asks the running server whether it is ready, over HTTPS where its web port speaks that.</summary>
internal static class HealthCommand
{
    /// <exception cref="StartUpException">It does not answer.</exception>
    public static async Task<int> RunAsync(NodeOptions node, TextWriter output, CancellationToken cancellationToken)
    {
        using var http = LocalWeb.Open(node);
        try
        {
            await output.WriteAsync(await http.GetStringAsync(AdminRoom.HealthPath, cancellationToken));
            return 0;
        }
        catch (HttpRequestException unreachable)
        {
            throw LocalWeb.Unreachable(node, unreachable);
        }
    }
}
