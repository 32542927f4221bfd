using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.EndToEnd.Tests.Kit;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>Runs a program of <c>tests/Clients</c> in node and reads the JSON it prints.</summary>
internal static class NodeClient
{
    /// <summary>The repository, found by its solution above the test's program.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The network's messages as this repository has them.</summary>
    public static string Proto => Path.Combine(Repository, "Pool.Shared", "Livepeer", "Wire", "orchestrator.proto");

    /// <summary>Runs the program.</summary>
    public static async Task<JsonNode> RunAsync(string script, IEnumerable<string> arguments, JsonNode? input = null)
    {
        var run = await ProgramRun.RunAsync(
            "node", [Path.Combine(Repository, "tests", "Clients", script), .. arguments], input?.ToJsonString(JsonSerializerOptions.Web) ?? "");
        Assert.True(run.ExitCode == 0, $"node {script} failed (are its packages installed? ./pool test does it): {run.Errors}");
        return JsonNode.Parse(run.Output)!;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pool.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }
}
