using System.Text.Json;
using Pool.Vectors;

namespace Pool.Shared.Tests.Vectors;

public sealed class VectorTests
{
    public static readonly string FilePath = Path.Combine(AppContext.BaseDirectory, "Data", "livepeer-vectors.json");

    private static readonly Lazy<Dictionary<string, JsonElement[]>> s_sections = new(Load);

    /// <summary>Every case of every section.</summary>
    public static TheoryData<string, int, string> Cases()
    {
        var cases = new TheoryData<string, int, string>();
        foreach (var (section, elements) in s_sections.Value)
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
    public void Whole_file_passes_and_every_section_we_know_is_in_it()
    {
        using var output = new StringWriter();

        var tally = new VectorRun(SectionRegistry.Sections, output).Run([FilePath]);

        Assert.Equal(new Tally(s_sections.Value.Sum(entry => entry.Value.Length), 0), tally);
        Assert.Equal($"{tally.Passed} passed, 0 failed", output.ToString().TrimEnd());
        Assert.Equal(SectionRegistry.Sections.Keys.Order(StringComparer.Ordinal), s_sections.Value.Keys.Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, JsonElement[]> Load()
    {
        using var file = VectorFile.Load(FilePath);
        return file.Sections.ToDictionary(
            entry => entry.Section,
            entry => entry.Cases.EnumerateArray().Select(element => element.Clone()).ToArray(),
            StringComparer.Ordinal);
    }
}
