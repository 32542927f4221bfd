using System.Text.Json.Nodes;
using Pool.Vectors;

namespace Pool.Shared.Tests.Vectors;

public sealed class VectorRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pool-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Missing_file_is_named_in_one_line_and_counts_as_a_failure()
    {
        var path = Path.Combine(_folder, "nowhere.json");

        var (tally, lines) = Run(path);

        Assert.Equal(new Tally(0, 1), tally);
        Assert.Equal([$"{path}: cannot be checked: there is no such file", "0 passed, 1 failed"], lines);
    }

    [Fact]
    public void Folder_instead_of_a_file_is_a_failure_in_one_line()
    {
        var (tally, lines) = Run(_folder);

        Assert.Equal(new Tally(0, 1), tally);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{_folder}: cannot be checked: ", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"keccak\": [", "it is not JSON: ")]
    [InlineData("", "it is not JSON: ")]
    [InlineData("[]", "its top level is not an object of sections")]
    public void Broken_file_says_what_is_broken(string content, string expected)
    {
        var path = Write(content);

        var (tally, lines) = Run(path);

        Assert.Equal(new Tally(0, 1), tally);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{path}: cannot be checked: {expected}", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"meta\": {}}")]
    [InlineData("{\"keccak\": []}")]
    public void File_without_cases_does_not_pass(string content)
    {
        var (tally, _) = Run(Write(content));

        Assert.Equal(new Tally(0, 1), tally);
    }

    [Theory]
    [InlineData("{\"kecak\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}", 2)]
    [InlineData("{\"kecak\": []}", 1)]
    public void Unknown_section_is_a_failure(string content, int failed)
    {
        var (tally, lines) = Run(Write(content));

        Assert.Equal(new Tally(0, failed), tally);
        Assert.StartsWith("section kecak: unknown section", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Case_without_a_field_and_case_that_is_no_object_are_failures_beside_the_good_one()
    {
        const string Good = """
            {"name": "empty", "data": "0x", "hash": "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"}
            """;

        var (tally, lines) = Run(Write($"{{\"keccak\": [7, {{\"name\": \"no data\"}}, {Good}]}}"));

        Assert.Equal(new Tally(1, 2), tally);
        Assert.Equal(
            ["section keccak: case 0: the case is not an object", "section keccak: no data: field 'data' is missing", "1 passed, 2 failed"],
            lines);
    }

    [Fact]
    public void Field_that_no_check_reads_makes_the_case_fail()
    {
        var path = Write("""{"profile_ids": [{"name": "(empty)", "profileName": "", "id": "c5d24601", "colour": 1}]}""");

        var (tally, lines) = Run(path);

        Assert.Equal(new Tally(0, 1), tally);
        Assert.Equal("section profile_ids: (empty): field 'colour' is unknown", lines[0]);
    }

    /// <summary>Every value of every case that passes is made wrong in turn; a check that does not notice looks at nothing.</summary>
    [Theory]
    [MemberData(nameof(VectorTests.Cases), MemberType = typeof(VectorTests))]
    public void Changed_value_is_noticed(string section, int index, string name)
    {
        // The file is there and has the case, or the theory would not have named it.
        var vector = JsonNode.Parse(File.ReadAllText(VectorTests.FilePath))![section]![index]!;

        foreach (var (path, changed) in VectorChanges.Of(section, vector.AsObject()))
        {
            var (tally, _) = Run(Write(new JsonObject { [section] = new JsonArray(changed) }.ToJsonString()));

            Assert.True(tally == new Tally(0, 1), $"{section}, {name}: nobody noticed that '{path}' was changed");
        }
    }

    private static (Tally Tally, string[] Lines) Run(string path)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var tally = new VectorRun(SectionRegistry.Sections, output).Run([path]);
        return (tally, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder, "vectors.json");
        File.WriteAllText(path, content);
        return path;
    }
}
