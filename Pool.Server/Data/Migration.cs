using System.Security.Cryptography;
using System.Text;

namespace Pool.Server.Data;

/// <summary>One SQL file of <c>db/migrations</c>, built into the server. Applied once, in order of its name, never edited afterwards.</summary>
public sealed record Migration(string Name, string Sql)
{
    private const string ResourcePrefix = "migrations/";

    /// <summary>SHA-256 of the file, line ends as <c>\n</c>: an edited migration is noticed.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>All migrations of this build, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static List<Migration> Load()
    {
        var assembly = typeof(Migration).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not built in."));
                    return new Migration(name[ResourcePrefix.Length..], reader.ReadToEnd());
                }),
        ];
    }
}
