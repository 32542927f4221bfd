using System.Globalization;

namespace Pool.Server.Settlement.Partitions;

/// <summary>One UTC day of segments and contributions: a pair of partitions.</summary>
internal readonly record struct DayPartition(DateOnly Day)
{
    /// <summary>The tables that are partitioned, the one that is referred to first.</summary>
    public const string Segments = "segments";

    public const string Contributions = "contributions";

    private const string Form = "yyyyMMdd";
    private const string Infix = "_p";

    /// <summary>Partition of segments; nothing in it but letters, digits and underscores.</summary>
    public string SegmentsTable => Segments + Infix + Day.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Partition of contributions.</summary>
    public string ContributionsTable => Contributions + Infix + Day.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>First moment, as Postgres reads it.</summary>
    public string From => Text(Day);

    /// <summary>First moment after it.</summary>
    public string To => Text(Day.AddDays(1));

    /// <summary>The day whose partition of segments has this name; null for every other table.</summary>
    public static DayPartition? OfSegments(string table) =>
        table.StartsWith(Segments + Infix, StringComparison.Ordinal)
        && DateOnly.TryParseExact(table[(Segments.Length + Infix.Length)..], Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new DayPartition(day)
            : null;

    /// <summary>Whether all of the day is longer ago than what is kept.</summary>
    public bool IsOver(DateTimeOffset now, int retentionDays) => Day < OldestKept(now, retentionDays);

    /// <summary>The oldest day that is kept whatever is closed; all before it are over.</summary>
    public static DateOnly OldestKept(DateTimeOffset now, int retentionDays) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(-retentionDays);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + " 00:00:00+00";
}
