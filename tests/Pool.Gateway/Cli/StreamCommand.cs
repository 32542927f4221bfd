using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Streaming;

namespace Pool.Gateway.Cli;

/// <summary><c>pool-gateway stream VIDEO</c>: streams a file to an orchestrator and keeps what comes back.</summary>
public static class StreamCommand
{
    private const int MaxStreams = 1000;

    private sealed record Settings(string Video, Uri Orchestrator, string Out, int Streams, string? Profiles, Pace Pace, string? Report, bool Json);

    public static Command Build()
    {
        var video = new Argument<string>("VIDEO") { Description = "Any file ffmpeg reads." };
        var orchestrator = new Option<string>("--orchestrator") { Description = "Service URI of the orchestrator.", DefaultValueFactory = _ => "https://127.0.0.1:8935" };
        var output = new Option<string>("--out") { Description = "Folder for what comes back.", Required = true };
        var streams = new Option<int>("--streams") { Description = "Streams at once of the same file.", DefaultValueFactory = _ => 1 };
        var profiles = new Option<string?>("--profiles") { Description = "JSON file of profiles, or presets parted by commas. Default: two that fit the source." };
        var pace = new Option<Pace>("--pace") { Description = "live, or max for as fast as possible.", DefaultValueFactory = _ => Pace.Live };
        var report = new Option<string?>("--report") { Description = "JSON file for the result." };
        var progress = new Option<string>("--progress") { Description = "plain, or json for one event a line.", DefaultValueFactory = _ => "plain" };
        var command = new Command("stream", "Streams a video to an orchestrator, as a stock off-chain gateway does.") { video, orchestrator, output, streams, profiles, pace, report, progress };
        command.SetAction((parsed, cancellationToken) => OneLine.RunAsync(
            stop => StreamAsync(
                Check(
                    parsed.GetRequiredValue(video), parsed.GetRequiredValue(orchestrator), parsed.GetRequiredValue(output), parsed.GetValue(streams),
                    parsed.GetValue(profiles), parsed.GetValue(pace), parsed.GetValue(report), parsed.GetRequiredValue(progress)),
                stop),
            cancellationToken));
        return command;
    }

    private static Settings Check(string video, string orchestrator, string output, int streams, string? profiles, Pace pace, string? report, string progress)
    {
        if (!Uri.TryCreate(orchestrator, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new UserFaultException($"--orchestrator '{orchestrator}' must be like https://127.0.0.1:8935.");
        }

        if (streams is < 1 or > MaxStreams)
        {
            throw new UserFaultException($"--streams must be from 1 to {MaxStreams}.");
        }

        return progress is "plain" or "json"
            ? new Settings(video, uri, output, streams, profiles, pace, report, progress == "json")
            : throw new UserFaultException($"--progress must be plain or json, not '{progress}'.");
    }

    private static async Task<int> StreamAsync(Settings settings, CancellationToken cancellationToken)
    {
        var source = await SourceProbe.ProbeAsync(settings.Video, cancellationToken);
        var profiles = settings.Profiles is { } named ? ProfileLadder.Read(named) : ProfileLadder.For(source.Width, source.Height);
        await GreetAsync(settings.Orchestrator, cancellationToken);
        var folder = OutputFolder.Prepare(settings.Out);
        var cutFolder = Path.Combine(folder, "source");
        Directory.CreateDirectory(cutFolder);
        var screen = new EventScreen(settings.Json);
        var cut = await new Segmenter(cutFolder, screen.Note).CutAsync(source, cancellationToken);
        using var probe = new PixelProbe();
        var streams = await Task.WhenAll(Enumerable.Range(1, settings.Streams).Select(number => new StreamRun(
            $"stream-{number}", settings.Orchestrator, cut.Segments, profiles, Path.Combine(folder, $"stream-{number}"), settings.Pace, probe, screen.Show)
            .RunAsync(cancellationToken)));
        await cut.FrameCheck;
        Directory.Delete(cutFolder, recursive: true);

        var report = RunReport.Of(streams, cut.IngestNote, [.. streams.SelectMany(stream => stream.Errors)]);
        if (settings.Report is { } file)
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, RunReport.Json), cancellationToken);
        }

        screen.Summarize(report);
        return report.Segments.Ok == report.Segments.Sent ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>An orchestrator that is not there is said before any work is done.</summary>
    private static async Task GreetAsync(Uri orchestrator, CancellationToken cancellationToken)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(GatewayTimeouts.Connect);
        try
        {
            await socket.ConnectAsync(orchestrator.Host, orchestrator.Port, timeout.Token);
        }
        catch (Exception away) when (away is System.Net.Sockets.SocketException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UserFaultException($"No orchestrator is at {orchestrator}: {away.Message}", away);
        }
    }
}

/// <summary>Events as lines: readable, or one JSON object each.</summary>
internal sealed class EventScreen(bool json)
{
    private readonly Lock _gate = new();

    public void Note(string text) => Write(json ? JsonSerializer.Serialize(new { @event = "note", text }) : text);

    public void Show(StreamEvent happened) => Write(json ? JsonSerializer.Serialize(happened, JsonSerializerOptions.Web) : happened switch
    {
        { Event: "streamStarted" } => $"{happened.Stream}: {happened.Segments} segments",
        { Event: "segmentAnswered" } => string.Create(CultureInfo.InvariantCulture, $"{happened.Stream} segment {happened.Sequence}: answered in {happened.RoundTripMs:0} ms, {happened.Pixels} pixels"),
        { Event: "segmentFailed" } => $"{happened.Stream} segment {happened.Sequence}: FAILED, {happened.Error}",
        _ => $"{happened.Stream}: ended, {happened.Segments} segments came back right",
    });

    public void Summarize(RunReport report) => Write(json
        ? JsonSerializer.Serialize(new { @event = "summary", report.Segments, report.RealTimeRatio, report.RoundTripMs, report.Score }, JsonSerializerOptions.Web)
        : string.Create(CultureInfo.InvariantCulture,
            $"{report.Segments.Ok} of {report.Segments.Sent} segments came back right; round trip p50 {report.RoundTripMs.P50:0} ms, p95 {report.RoundTripMs.P95:0} ms; {report.RealTimeRatio:0.00}x real time; leaderboard score {report.Score:0.000}\nPlay: {report.Playlist}"));

    private void Write(string line)
    {
        lock (_gate)
        {
            Console.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
