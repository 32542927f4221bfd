using System.CommandLine;
using Pool.Gateway.Progress;
using Pool.Gateway.Streaming;

namespace Pool.Gateway.Cli;

/// <summary><c>pool-gateway stream VIDEO</c>: streams a file to an orchestrator and checks what comes back.</summary>
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
        var video = new Argument<string>("VIDEO") { Description = "The video file." };
        var orchestrator = new Option<string>("--orchestrator")
        {
            Description = "Address of the orchestrator.",
            DefaultValueFactory = _ => $"https://127.0.0.1:{DefaultPort}",
        };
        var target = new Option<string>("--out") { Description = "Folder for the renditions and playlists.", Required = true };
        var streams = new Option<int>("--streams") { Description = "Streams of the file at the same time.", DefaultValueFactory = _ => 1 };
        var profiles = new Option<string?>("--profiles")
        {
            Description = "A JSON file of profiles or a comma list of presets; without it, two that suit the source.",
        };
        var pace = new Option<Pace>("--pace") { Description = "live, or max: as fast as answers come.", DefaultValueFactory = _ => Pace.Live };
        var report = new Option<string?>("--report") { Description = "File for the report, JSON." };
        var progress = new Option<string>("--progress") { Description = "json or plain lines.", DefaultValueFactory = _ => PlainProgressName };
        progress.AcceptOnlyFromAmong(JsonProgressName, PlainProgressName);
        var keepSource = new Option<bool>("--keep-source") { Description = "Keeps the segments of the source." };
        var command = new Command("stream", "Streams a file to an orchestrator and checks every rendition that comes back.")
        {
            video, orchestrator, target, streams, profiles, pace, report, progress, keepSource,
        };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            stop => RunAsync(
                new RunRequest
                {
                    Video = parsed.GetRequiredValue(video),
                    Orchestrator = ReadAddress(parsed.GetRequiredValue(orchestrator)),
                    Out = parsed.GetRequiredValue(target),
                    Streams = ReadStreams(parsed.GetValue(streams)),
                    Profiles = parsed.GetValue(profiles),
                    Pace = parsed.GetValue(pace),
                    KeepSource = parsed.GetValue(keepSource),
                },
                parsed.GetValue(report),
                parsed.GetValue(progress) == JsonProgressName ? new JsonProgress(Console.Out) : new PlainProgress(Console.Out),
                stop),
            cancellationToken));
        return command;
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
        RunRequest request, string? reportPath, IProgressSink progress, CancellationToken cancellationToken)
    {
        var report = await new GatewayRun(request, progress, TimeProvider.System).RunAsync(cancellationToken);
        if (reportPath is not null)
        {
            await report.WriteAsync(reportPath, cancellationToken);
        }

        return report.IsGood() ? ExitCode.Success : ExitCode.Failed;
    }
}
