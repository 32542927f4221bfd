using System.Text.Json;

namespace Pool.Vectors;

/// <param name="Passed">Cases that passed.</param>
/// <param name="Failed">Cases that failed, and files and sections that could not be checked at all.</param>
public readonly record struct Tally(int Passed, int Failed)
{
    public static Tally operator +(Tally left, Tally right) => new(left.Passed + right.Passed, left.Failed + right.Failed);
}

/// <summary>Checks files and reports: a line per failing case, the tally last.</summary>
public sealed class VectorRun(IReadOnlyDictionary<string, ISectionCheck> sections, TextWriter output)
{
    private static readonly Tally s_onePassed = new(1, 0);
    private static readonly Tally s_oneFailed = new(0, 1);

    /// <summary>Checks the files in order.</summary>
    public Tally Run(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var tally = paths.Aggregate(default(Tally), (sum, path) => sum + RunFile(path));
        output.WriteLine($"{tally.Passed} passed, {tally.Failed} failed");
        return tally;
    }

    /// <summary>Checks one case and gives what is wrong with it; an exception of the checked code is a finding like any other.</summary>
    public static IReadOnlyList<string> Findings(ISectionCheck check, VectorCase vector)
    {
        ArgumentNullException.ThrowIfNull(check);
        ArgumentNullException.ThrowIfNull(vector);
        try
        {
            check.Check(vector);
        }
        catch (VectorFormatException exception)
        {
            return [.. vector.Mismatches, exception.Message];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return [.. vector.Mismatches, $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}"];
        }

        // What was not looked at is only worth a word when all else is right.
        return vector.Mismatches.Count > 0 ? vector.Mismatches : [.. vector.Fields.Unread.Select(field => $"field '{field}' is unknown")];
    }

    private Tally RunFile(string path)
    {
        try
        {
            using var file = VectorFile.Load(path);
            var tally = file.Sections.Aggregate(default(Tally), (sum, section) => sum + RunSection(section.Section, section.Cases));
            return tally == default ? Fail($"{path}: there is no case in it") : tally;
        }
        catch (VectorFormatException exception)
        {
            return Fail($"{path}: cannot be checked: {exception.Message}");
        }
    }

    private Tally RunSection(string section, JsonElement cases)
    {
        if (cases.ValueKind != JsonValueKind.Array)
        {
            return Fail($"section {section}: it is not an array of cases");
        }

        if (!sections.TryGetValue(section, out var check))
        {
            // A section nobody knows fails even when it is empty.
            var unknown = Math.Max(1, cases.GetArrayLength());
            output.WriteLine($"section {section}: unknown section, {unknown} failed");
            return new Tally(0, unknown);
        }

        return cases.EnumerateArray().Select((element, index) => RunCase(check, element, index))
            .Aggregate(default(Tally), (sum, one) => sum + one);
    }

    private Tally RunCase(ISectionCheck check, JsonElement element, int index)
    {
        VectorCase vector;
        try
        {
            vector = new VectorCase(check.Section, element);
        }
        catch (VectorFormatException exception)
        {
            return Fail($"section {check.Section}: case {index}: {exception.Message}");
        }

        var findings = Findings(check, vector);
        return findings.Count == 0 ? s_onePassed : Fail($"section {check.Section}: {vector.Name}: {string.Join("; ", findings)}");
    }

    private Tally Fail(string line)
    {
        output.WriteLine(line.ReplaceLineEndings(" "));
        return s_oneFailed;
    }
}
