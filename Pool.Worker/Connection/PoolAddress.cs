using System.Diagnostics.CodeAnalysis;

namespace Pool.Worker.Connection;

/// <summary>Where the pool is, as the worker's owner gave it: <c>http(s)://host[:port][/prefix]</c>.</summary>
internal sealed class PoolAddress
{
    private readonly string _root;

    private PoolAddress(string root, string audience, PoolTrust trust) => (_root, Audience, Trust) = (root, audience, trust);

    private PoolAddress(Uri address)
    {
        _root = address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        Audience = address.IsDefaultPort ? host : $"{host}:{address.Port}";
    }

    /// <summary>Host and port exactly as they stand in the Host header of this worker's requests; it is part of the signed text.</summary>
    public string Audience { get; }

    /// <summary>Whom the worker believes to be that pool.</summary>
    public PoolTrust Trust { get; } = new();

    /// <summary>The same pool, believed to be it by other means than the machine's own.</summary>
    public PoolAddress Trusting(PoolTrust trust) => new(_root, Audience, trust);

    /// <summary>Reads an address that a person typed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address when the answer is true.</param>
    /// <param name="error">What is wrong, for people, when it is false.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PoolAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || uri.Scheme is not ("http" or "https"))
        {
            error = $"'{Sentence.Printable(text)}' is not the address of a pool: it looks like https://pool.example or http://host:port";
            return false;
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            error = "the address of a pool has no user name, no '?' and no '#'";
            return false;
        }

        address = new PoolAddress(uri);
        error = null;
        return true;
    }

    /// <summary>The address of a path at the pool, behind the prefix if there is one.</summary>
    /// <param name="path">Absolute path as <see cref="Pool.Shared.Contracts.WorkerLink"/> names it.</param>
    public Uri At(string path) => new(_root + path);

    /// <summary>The same for a WebSocket: ws for http, wss for https.</summary>
    public Uri WebSocketAt(string path) => new("ws" + _root["http".Length..] + path);

    public override string ToString() => _root;
}
