using System.Text.RegularExpressions;
using Pool.Tests.Kit;

namespace Pool.Server.Tests;

/// <summary>The arrows of docs/architecture.md, kept: a room uses only the rooms it may.</summary>
public sealed partial class ArchitectureTests
{
    [Fact]
    public void Rooms_use_only_the_rooms_their_arrows_allow()
    {
        var root = Repository.Root;
        var allowed = ReadArrows(Path.Combine(root, "docs", "architecture.md"));
        var offences = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(root, "Pool.Server")).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj")))
        {
            var room = Path.GetFileName(folder);
            Assert.True(allowed.ContainsKey(room), $"Room {room} is not in the table of arrows in docs/architecture.md: add it with its reason.");
            offences.AddRange(
                from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                from Match used in Using().Matches(File.ReadAllText(file))
                let other = used.Groups[1].Value
                where other != room && !allowed[room].Contains(other) && !allowed[room].Contains("*")
                select $"{Path.GetRelativePath(root, file)} uses {other}: {room} may use {string.Join(", ", allowed[room])} (docs/architecture.md)");
        }

        Assert.Empty(offences);
    }

    private static Dictionary<string, HashSet<string>> ReadArrows(string file) =>
        Row().Matches(File.ReadAllText(file)).ToDictionary(
            row => row.Groups[1].Value,
            row => Name().Matches(row.Groups[2].Value).Select(name => name.Groups[1].Value).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);

    [GeneratedRegex(@"Pool\.Server\.([A-Z]\w+)", RegexOptions.None, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"^\| `(\w+)` \|([^|]*)\|", RegexOptions.Multiline, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"`([\w*]+)`", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
