using System.Text.Json;
using Pool.Vectors;

namespace Pool.Shared.Tests.Vectors;

public sealed class VectorTests
{
    public static readonly string FilePath = Path.Combine(AppContext.BaseDirectory, "Data", "livepeer-vectors.json");

    private static readonly Lazy<Dictionary<string, JsonElement[]>> s_sections = new(Load);

    /// <summary>Every case of every section that is built whole.</summary>
    public static TheoryData<string, int, string> Cases()
    {
        var cases = new TheoryData<string, int, string>();
        foreach (var (section, elements) in s_sections.Value.Where(entry => IsDone(entry.Key)))
        {
            foreach (var (index, element) in elements.Index())
            {
                cases.Add(section, index, element.GetProperty("name").GetString() ?? "");
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vector_holds(string section, int index, string name)
    {
        var vector = new VectorCase(section, s_sections.Value[section][index]);

        var findings = VectorRun.Findings(SectionRegistry.Sections[section], vector);

        Assert.Equal(name, vector.Name);
        Assert.Empty(findings);
    }

    [Fact]
    public void Bytes_and_header_of_every_payment_hold_and_only_its_tickets_are_missing()
    {
        var vectors = s_sections.Value["payment"].Select(element => new VectorCase("payment", element)).ToArray();

        var findings = vectors.Select(vector => VectorRun.Findings(SectionRegistry.Sections["payment"], vector));

        Assert.Equal(3, vectors.Length);
        Assert.All(findings, one => Assert.EndsWith("not built yet", Assert.Single(one), StringComparison.Ordinal));
    }

    [Fact]
    public void Whole_file_passes_all_that_is_built_and_fails_all_that_is_not()
    {
        using var output = new StringWriter();

        var tally = new VectorRun(SectionRegistry.Sections, output).Run([FilePath]);

        Assert.Equal(Cases().Count, tally.Passed);
        Assert.Equal(s_sections.Value.Sum(entry => entry.Value.Length) - Cases().Count, tally.Failed);
        Assert.EndsWith($"{tally.Passed} passed, {tally.Failed} failed", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    private static bool IsDone(string section) =>
        !string.Equals(section, "payment", StringComparison.Ordinal) && SectionRegistry.Sections[section].IsBuilt;

    private static Dictionary<string, JsonElement[]> Load()
    {
        using var file = VectorFile.Load(FilePath);
        return file.Sections.ToDictionary(
            entry => entry.Section,
            entry => entry.Cases.EnumerateArray().Select(element => element.Clone()).ToArray(),
            StringComparer.Ordinal);
    }
}
