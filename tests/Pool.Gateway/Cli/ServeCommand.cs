using System.CommandLine;
using System.Net;
using Pool.Gateway.Output;
using Pool.Gateway.Payments;
using Pool.Gateway.Progress;
using Pool.Gateway.Push;
using Pool.Gateway.Reports;
using Pool.Gateway.Streaming;
using Pool.Gateway.Network;
using Pool.Shared.Livepeer;

namespace Pool.Gateway.Cli;

/// <summary><c>pool-gateway serve</c>: takes segments by HTTP push, as a stock gateway does (protocol §8.6).</summary>
public static class ServeCommand
{
    private const string DefaultAddress = "127.0.0.1:9935";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var orchestrator = StreamCommand.OrchestratorOption();
        var target = new Option<string>("--out") { Description = "Folder for the renditions and playlists.", Required = true };
        var listen = new Option<string>("--listen")
        {
            Description = "Address and port for segments (POST /live/NAME/0.ts) and players (/stream/NAME.m3u8).",
            DefaultValueFactory = _ => DefaultAddress,
        };
        var profiles = new Option<string>("--profiles")
        {
            Description = "A JSON file of profiles or a comma list of presets.",
            DefaultValueFactory = _ => ProfilePresets.DefaultList,
        };
        var report = new Option<string?>("--report") { Description = "File for the report, JSON, written at the end." };
        var progress = StreamCommand.ProgressOption();
        var wallet = WalletOptions.Build();
        var command = new Command("serve", "Takes segments that any tool pushes by HTTP, until Ctrl-C; nobody has to identify himself.")
        {
            orchestrator, target, listen, profiles, report, progress, wallet.Key, wallet.Rpc, wallet.Broker, wallet.Log,
        };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            stop => ServeAsync(
                new ServeRequest(
                    StreamCommand.ReadAddresses(parsed.GetRequiredValue(orchestrator)), parsed.GetRequiredValue(target),
                    ReadListen(parsed.GetRequiredValue(listen)), parsed.GetRequiredValue(profiles), parsed.GetValue(report),
                    new WalletOptions(parsed.GetValue(wallet.Key), parsed.GetValue(wallet.Rpc), parsed.GetValue(wallet.Broker), parsed.GetValue(wallet.Log))),
                StreamCommand.Sink(parsed.GetValue(progress)),
                stop),
            cancellationToken));
        return command;
    }

    /// <summary>Reads ADDRESS:PORT.</summary>
    /// <exception cref="UserFaultException">It is none.</exception>
    internal static IPEndPoint ReadListen(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var address)
            ? address
            : throw new UserFaultException($"--listen must be an address and a port such as {DefaultAddress}, not '{text}'.");

    private static async Task<int> ServeAsync(ServeRequest request, IProgressSink progress, CancellationToken stop)
    {
        if (!ProfileChoice.TryRead(request.Profiles, out var profiles, out var error))
        {
            throw new UserFaultException($"--profiles: {error}.");
        }

        using var wallet = request.Wallet.Open(TimeProvider.System);
        var needs = GatewayRun.Needs(profiles);
        await GatewayRun.RequireOrchestratorAsync([.. request.Orchestrators.Select(address => new OrchestratorClient(address, needs, wallet))], stop);
        var folder = OutputFolder.Prepare(request.Out);
        await using var streams = new PushStreams(new PushSettings
        {
            Orchestrators = request.Orchestrators,
            Profiles = profiles,
            Folder = folder,
            Progress = progress,
            Time = TimeProvider.System,
            Wallet = wallet,
        });
        await using var server = new PushServer(streams, folder).Build(request.Listen);
        try
        {
            await server.StartAsync(stop);
        }
        catch (IOException fault)
        {
            throw new UserFaultException($"Nothing can listen at {request.Listen}: {fault.GetBaseException().Message}.", fault);
        }

        progress.Report(new Remark($"Segments: POST {server.Urls.First()}/live/NAME/0.ts; to play: {server.Urls.First()}/stream/NAME.m3u8"));
        await UntilStoppedAsync(streams, stop);
        await server.StopAsync(CancellationToken.None);
        return await CloseAsync(request, streams, folder, progress, wallet);
    }

    private static async Task UntilStoppedAsync(PushStreams streams, CancellationToken stop)
    {
        try
        {
            await streams.SweepAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
        }
    }

    private static async Task<int> CloseAsync(ServeRequest request, PushStreams streams, OutputFolder folder, IProgressSink progress, GatewayWallet? wallet)
    {
        var report = await streams.FinishAsync() with { Payments = wallet?.Report };
        folder.RemoveSource();
        progress.Report(ReportBuilder.Summary(report));
        if (request.Report is { } path)
        {
            await report.WriteAsync(path, CancellationToken.None);
        }

        return report.Segments.Sent == report.Segments.Ok ? ExitCode.Success : ExitCode.Failed;
    }

    private sealed record ServeRequest(IReadOnlyList<Uri> Orchestrators, string Out, IPEndPoint Listen, string Profiles, string? Report, WalletOptions Wallet);
}
