using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.EndToEnd.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>Runs a program of <c>tests/Clients</c> in node and reads the JSON it prints.</summary>
internal static class NodeClient
{
    /// <summary>The network's messages as this repository has them.</summary>
    public static string Proto => Path.Combine(Repository.Root, "Pool.Shared", "Livepeer", "Wire", "orchestrator.proto");

    /// <summary>Runs the program.</summary>
    public static async Task<JsonNode> RunAsync(string script, IEnumerable<string> arguments, JsonNode? input = null)
    {
        var run = await ProgramRun.RunAsync(
            "node", [Path.Combine(Repository.Root, "tests", "Clients", script), .. arguments], input?.ToJsonString(JsonSerializerOptions.Web) ?? "");
        Assert.True(run.ExitCode == 0, $"node {script} failed (are its packages installed? ./pool test does it): {run.Errors}");
        return JsonNode.Parse(run.Output)!;
    }
}
