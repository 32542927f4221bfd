using System.Collections;

namespace Pool.Server.Hosting;

/// <summary>
/// <c>POOL_NETWORK_PORT</c> sets <c>NetworkPort</c>, <c>POOL_SESSIONS__MAX_SESSIONS</c> sets <c>Sessions:MaxSessions</c>:
/// single underscores only part the words, double ones go one level down.
/// </summary>
internal static class PoolEnvironment
{
    private const string Prefix = "POOL_";

    public static IEnumerable<KeyValuePair<string, string?>> Read(IDictionary environment) =>
        from DictionaryEntry entry in environment
        let name = (string)entry.Key
        where name.StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create(ToKey(name), (string?)entry.Value);

    public static string ToKey(string variable) =>
        variable[Prefix.Length..]
            .Replace("__", ":", StringComparison.Ordinal)
            .Replace("_", "", StringComparison.Ordinal);
}
