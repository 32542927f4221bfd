using System.Net;
using System.Net.Http.Headers;
using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary>Asks the running server of this machine for one of the operator's pages.</summary>
internal static class OperatorPage
{
    /// <summary>The page's JSON.</summary>
    /// <exception cref="StartUpException">No server runs, or it has no such page.</exception>
    public static async Task<string> ReadAsync(NodeOptions node, string page, CancellationToken cancellationToken)
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
            using var answer = await http.GetAsync(new Uri(page, UriKind.Relative), cancellationToken);
            var words = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK ? words : throw new StartUpException($"The server answered {(int)answer.StatusCode}: {words.Trim()}");
        }
        catch (HttpRequestException unreachable)
        {
            throw LocalWeb.Unreachable(node, unreachable);
        }
    }
}
