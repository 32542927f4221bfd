using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pool.Server.Node;

/// <summary>Who may read the operator's paths: whoever can read <c>server/operator.token</c> in the home folder.</summary>
public sealed class OperatorToken(IOptions<NodeOptions> node)
{
    private byte[]? _token;

    public static string PathIn(NodeOptions node) => Path.Combine(node.ServerFolder, "operator.token");

    /// <summary>Reads the token, or makes it at the first start.</summary>
    public void Load() => _token = Encoding.ASCII.GetBytes(SecretFile.ReadOrCreateToken(PathIn(node.Value)));

    /// <summary>Whether an Authorization header carries the token. Takes the same time for any wrong one.</summary>
    public bool IsIn(string? authorization)
    {
        const string Prefix = "Bearer ";
        return _token is not null
            && authorization?.StartsWith(Prefix, StringComparison.Ordinal) == true
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Prefix.Length..]), _token);
    }
}
