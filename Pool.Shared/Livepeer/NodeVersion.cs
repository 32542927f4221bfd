using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pool.Shared.Livepeer;

/// <summary>
/// A node's version, of which only major, minor and patch count: what follows a hyphen is a build's commit on this network, not a
/// pre-release, and is ignored when comparing (protocol §2.3).
/// </summary>
public readonly partial record struct NodeVersion(ulong Major, ulong Minor, ulong Patch) : IComparable<NodeVersion>
{
    /// <summary>What a build without a version calls itself.</summary>
    private const string Undefined = "undefined";

    /// <summary>Longer texts are no versions; bounds the matching.</summary>
    private const int LongestText = 256;

    public static bool operator <(NodeVersion left, NodeVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeVersion left, NodeVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeVersion left, NodeVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeVersion left, NodeVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Reads a semantic version as leniently as the network's library: a leading v, and minor and patch may be missing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NodeVersion version)
    {
        version = default;
        if (text is null || text.Length > LongestText || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        if (!TryNumber(match.Groups["major"], out var major) || !TryNumber(match.Groups["minor"], out var minor) ||
            !TryNumber(match.Groups["patch"], out var patch) || !IsSuffix(match.Groups["suffix"].Value))
        {
            return false;
        }

        version = new NodeVersion(major, minor, patch);
        return true;
    }

    /// <summary>
    /// Whether a node's version is good enough. Without a minimum, or with one that is no version, every node is; with one, a node
    /// without a readable version is not.
    /// </summary>
    /// <param name="minimum">The job's minimum, as sent.</param>
    /// <param name="actual">The node's version, as sent.</param>
    public static bool Satisfies(string minimum, string actual)
    {
        if (string.IsNullOrEmpty(minimum))
        {
            return true;
        }

        if (string.IsNullOrEmpty(actual) || string.Equals(actual, Undefined, StringComparison.Ordinal))
        {
            return false;
        }

        return !TryParse(minimum, out var least) || (TryParse(actual, out var version) && version >= least);
    }

    public int CompareTo(NodeVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    private static bool TryNumber(Group group, out ulong number)
    {
        number = 0;
        return !group.Success || ulong.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>An identifier that is all digits has no leading zero (semver.org, item 9).</summary>
    private static bool IsSuffix(string suffix) =>
        suffix.Length == 0 || suffix.Split('.').All(part => part.Length == 1 || part[0] != '0' || !part.All(char.IsAsciiDigit));

    [GeneratedRegex(
        @"\Av?(?<major>[0-9]+)(\.(?<minor>[0-9]+))?(\.(?<patch>[0-9]+))?" +
        @"(-(?<suffix>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
