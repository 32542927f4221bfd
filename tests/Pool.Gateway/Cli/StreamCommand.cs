using System.CommandLine;
using Pool.Gateway.Payments;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;

namespace Pool.Gateway.Cli;

/// <summary><c>pool-gateway stream VIDEO…</c>: streams videos to an orchestrator and checks what comes back.</summary>
public static class StreamCommand
{
    /// <summary>Most streams of one run: each has a process that decodes, now and then.</summary>
    public const int MaxStreams = 256;

    private const int DefaultPort = 8935;
    private const string JsonProgressName = "json";
    private const string PlainProgressName = "plain";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var video = new Argument<string[]>("VIDEO")
        {
            Description = "Video files, streamed one after the other, or one rtmp, rtmps, http or https address.",
            Arity = ArgumentArity.OneOrMore,
        };
        var listen = new Option<bool>("--listen") { Description = "Waits at the rtmp address for a stream that is pushed there." };
        var orchestrator = OrchestratorOption();
        var target = new Option<string>("--out") { Description = "Folder for the renditions and playlists.", Required = true };
        var streams = new Option<int>("--streams") { Description = "Streams of the input at the same time.", DefaultValueFactory = _ => 1 };
        var profiles = new Option<string?>("--profiles")
        {
            Description = "A JSON file of profiles or a comma list of presets; without it, two that suit the source.",
        };
        var pace = new Option<Pace>("--pace") { Description = "live, or max: as fast as answers come.", DefaultValueFactory = _ => Pace.Live };
        var report = new Option<string?>("--report") { Description = "File for the report, JSON." };
        var progress = ProgressOption();
        var keepSource = new Option<bool>("--keep-source") { Description = "Keeps the segments of the source." };
        var wallet = WalletOptions.Build();
        var command = new Command("stream", "Streams videos to an orchestrator and checks every rendition that comes back.")
        {
            video, listen, orchestrator, target, streams, profiles, pace, report, progress, keepSource, wallet.Key, wallet.Rpc, wallet.Broker, wallet.Log,
        };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            stop => RunAsync(
                new RunRequest
                {
                    Inputs = parsed.GetRequiredValue(video),
                    Listen = parsed.GetValue(listen),
                    Orchestrators = ReadAddresses(parsed.GetRequiredValue(orchestrator)),
                    Out = parsed.GetRequiredValue(target),
                    Streams = ReadStreams(parsed.GetValue(streams)),
                    Profiles = parsed.GetValue(profiles),
                    Pace = parsed.GetValue(pace),
                    KeepSource = parsed.GetValue(keepSource),
                },
                new WalletOptions(parsed.GetValue(wallet.Key), parsed.GetValue(wallet.Rpc), parsed.GetValue(wallet.Broker), parsed.GetValue(wallet.Log)),
                parsed.GetValue(report),
                Sink(parsed.GetValue(progress)),
                stop),
            cancellationToken));
        return command;
    }

    /// <summary>The option for the orchestrators.</summary>
    internal static Option<string> OrchestratorOption() => new("--orchestrator")
    {
        Description = "Address of the orchestrator, or several with commas between them.",
        DefaultValueFactory = _ => $"https://127.0.0.1:{DefaultPort}",
    };

    /// <summary>The option for what is shown.</summary>
    internal static Option<string> ProgressOption()
    {
        var progress = new Option<string>("--progress") { Description = "json or plain lines.", DefaultValueFactory = _ => PlainProgressName };
        progress.AcceptOnlyFromAmong(JsonProgressName, PlainProgressName);
        return progress;
    }

    /// <summary>Where events go.</summary>
    internal static IProgressSink Sink(string? name) => name == JsonProgressName ? new JsonProgress(Console.Out) : new PlainProgress(Console.Out);

    /// <summary>Reads a list of addresses.</summary>
    /// <exception cref="UserFaultException">One is no https address, or is there twice.</exception>
    internal static IReadOnlyList<Uri> ReadAddresses(string text)
    {
        Uri[] addresses = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(ReadAddress)];
        return addresses.Distinct().Count() == addresses.Length
            ? addresses
            : throw new UserFaultException($"--orchestrator has an address twice: {text}.");
    }

    /// <summary>Reads an address as gateways do: https and the default port unless given (protocol §8.1).</summary>
    /// <exception cref="UserFaultException">It is no https address.</exception>
    internal static Uri ReadAddress(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var isAddress = Uri.TryCreate(hasScheme ? text : "https://" + text, UriKind.Absolute, out var uri);
        if (!isAddress || uri is null || uri.Scheme != Uri.UriSchemeHttps || uri.PathAndQuery != "/")
        {
            throw new UserFaultException($"--orchestrator must be an https address such as https://127.0.0.1:{DefaultPort}, not '{text}'.");
        }

        return hasScheme || !uri.IsDefaultPort ? uri : new UriBuilder(uri) { Port = DefaultPort }.Uri;
    }

    private static int ReadStreams(int streams) => streams is >= 1 and <= MaxStreams
        ? streams
        : throw new UserFaultException($"--streams must be from 1 to {MaxStreams}.");

    private static async Task<int> RunAsync(
        RunRequest request, WalletOptions account, string? reportPath, IProgressSink progress, CancellationToken cancellationToken)
    {
        using var wallet = account.Open(TimeProvider.System);
        var report = await new GatewayRun(request with { Wallet = wallet }, progress, TimeProvider.System).RunAsync(cancellationToken);
        if (reportPath is not null)
        {
            await report.WriteAsync(reportPath, cancellationToken);
        }

        return report.IsGood() ? ExitCode.Success : ExitCode.Failed;
    }
}
