using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Cli;

/// <summary>Starts a transcoder for a device.</summary>
internal delegate Task<ITranscoder> TranscoderStart(string device, ILogger logger, TimeProvider time, CancellationToken cancellationToken);

/// <summary><c>pool-worker run</c>: puts the parts together, serves, and turns every end into a line and an exit code.</summary>
internal static class WorkerRun
{
    /// <summary>Runs until a signal, a refusal, or a first connection that fails.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        RunSettings settings, TranscoderStart startTranscoder, TextWriter output, TextWriter error, TimeProvider time)
    {
        using var signals = new StopSignals();
        using var loggers = Loggers(settings.Verbose);
        try
        {
            var end = await ServeAsync(settings, startTranscoder, new WorkerScreen(output, time), time, loggers, signals);
            if (Complaint(end, settings) is { } complaint)
            {
                await SayAsync(error, complaint);
                return ExitCode.Failed;
            }
        }
        catch (Exception failure) when (failure is WorkerSetupException or TranscodeHostException)
        {
            await SayAsync(error, failure.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (signals.Drain.IsCancellationRequested)
        {
            // Asked to leave before there was anything to finish.
        }

        return signals.Stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Ok;
    }

    /// <summary>One line on standard error, with the program's name as its shell expects it.</summary>
    public static Task SayAsync(TextWriter error, string sentence) => error.WriteLineAsync($"pool-worker: {sentence}");

    private static async Task<LinkEnd> ServeAsync(
        RunSettings settings, TranscoderStart startTranscoder, WorkerScreen screen, TimeProvider time, ILoggerFactory loggers, StopSignals signals)
    {
        using var home = WorkerHome.Open(settings.Home);
        using var nodeKey = NodeKeyFile.LoadOrCreate(home);
        await using var transcoder = await startTranscoder(settings.Device, loggers.CreateLogger("Transcoder"), time, signals.Drain);
        using var http = new AssignmentHttp(settings.Pool, time, Random.Shared);
        var identity = new WorkerIdentity(
            nodeKey, settings.Payout, transcoder.Device, transcoder.Capabilities, settings.Sessions, SoftwareVersion.Text);
        screen.Started(settings, identity);
        var link = new PoolLink(settings.Pool, identity, transcoder, http, ReceiptBook.Open(home.Path), new Backoff(Random.Shared), time, screen, loggers);
        return await link.RunAsync(signals.Drain, signals.Stop);
    }

    private static string? Complaint(LinkEnd end, RunSettings settings) => end switch
    {
        LinkEnd.Left => null,
        LinkEnd.Refused refused => $"The pool at {settings.Pool} refused this worker: {refused.Reason}",
        LinkEnd.Unreachable unreachable => $"Cannot reach the pool at {settings.Pool}: {unreachable.Reason}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Without --verbose nothing is logged: the screen's lines are all a person needs.</summary>
    private static ILoggerFactory Loggers(bool verbose) => LoggerFactory.Create(logging =>
    {
        if (verbose)
        {
            logging.SetMinimumLevel(LogLevel.Debug).AddSimpleConsole(console => console.SingleLine = true);
            logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }
    });
}
