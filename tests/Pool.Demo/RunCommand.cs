using System.CommandLine;
using Pool.Gateway.Cli;

namespace Pool.Demo;

/// <summary><c>pool-demo run</c>: streams a video through a running pool and shows what happens.</summary>
public static class RunCommand
{
    private const int DefaultStreams = 2;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var video = new Option<string>("--video") { Description = "The video file.", Required = true };
        var orchestrator = new Option<string>("--orchestrator") { Description = "Address of the pool for gateways.", Required = true };
        var statusUrl = new Option<string>("--status-url") { Description = "The operator's status endpoint.", Required = true };
        var tokenFile = new Option<string>("--token-file") { Description = "File with the operator's token.", Required = true };
        var gateway = new Option<string>("--gateway") { Description = "pool-gateway.dll, or a command that runs it.", Required = true };
        var target = new Option<string>("--out") { Description = "Folder for the renditions.", Required = true };
        var streams = new Option<int>("--streams") { Description = "Streams at the same time.", DefaultValueFactory = _ => DefaultStreams };
        var profiles = new Option<string?>("--profiles") { Description = "A JSON file of profiles or a comma list of presets." };
        var report = new Option<string?>("--report") { Description = "File for the report, JSON." };
        var once = new Option<bool>("--once") { Description = "The pool ends with the run, so the closing words do not point at it." };
        var rpc = new Option<string?>("--chain-rpc") { Description = "JSON-RPC of the local chain that the pool is paid on; with it the four below are needed." };
        var chainUrl = new Option<string?>("--chain-url") { Description = "The operator's page about the chain." };
        var key = new Option<string?>("--gateway-key") { Description = "File with the gateway's private key in hex." };
        var broker = new Option<string?>("--ticket-broker") { Description = "Address of its TicketBroker." };
        var proof = new Option<string?>("--ledger-check") { Description = "Command that proves the ledger." };
        var command = new Command("run", "Streams a video through a running pool and shows what happens.")
        {
            video, orchestrator, statusUrl, tokenFile, gateway, target, streams, profiles, report, once,
            rpc, chainUrl, key, broker, proof,
        };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            async stop =>
            {
                var request = new DemoRequest(
                    parsed.GetRequiredValue(video), parsed.GetRequiredValue(orchestrator), parsed.GetRequiredValue(gateway),
                    parsed.GetRequiredValue(target), parsed.GetValue(streams), parsed.GetValue(profiles), parsed.GetValue(report),
                    parsed.GetValue(once),
                    ReadChain(
                        parsed.GetValue(rpc), parsed.GetValue(chainUrl), parsed.GetValue(key), parsed.GetValue(broker), parsed.GetValue(proof), parsed.GetRequiredValue(target)));
                using var status = new StatusClient(
                    ReadAddress(parsed.GetRequiredValue(statusUrl)), await ReadTokenAsync(parsed.GetRequiredValue(tokenFile), stop), request.Chain?.StatusUrl);
                return await new DemoRun(request, status, TimeProvider.System).RunAsync(stop);
            },
            cancellationToken));
        return command;
    }

    private static Uri ReadAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        ? uri
        : throw new UserFaultException($"An http address is needed, not '{text}'.");

    private static ChainRequest? ReadChain(string? rpc, string? url, string? key, string? broker, string? proof, string folder)
    {
        if (rpc is null)
        {
            return null;
        }

        return url is null || key is null || broker is null || proof is null
            ? throw new UserFaultException("--chain-rpc needs --chain-url, --gateway-key, --ticket-broker and --ledger-check.")
            : new ChainRequest(ReadAddress(rpc), ReadAddress(url), key, broker, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? folder, "tickets.jsonl"), proof);
    }

    private static async Task<string> ReadTokenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserFaultException($"The operator's token cannot be read: {fault.Message}", fault);
        }
    }
}
