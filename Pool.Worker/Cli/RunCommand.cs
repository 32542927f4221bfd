using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Cli;

/// <summary><c>pool-worker run</c>: all it takes to work for a pool.</summary>
internal static class RunCommand
{
    private const string UsableDevice = "cpu";
    private const int MaxSessions = 256;

    private static readonly TimeSpan s_httpConnectTimeout = TimeSpan.FromSeconds(10);

    private sealed record Settings(Uri Pool, Address Payee, string Home, string Device, int Sessions, bool Verbose);

    public static Command Create()
    {
        var pool = new Option<string>("--pool") { Description = "Address of the pool, e.g. https://pool.example", Required = true };
        var payout = new Option<string>("--payout") { Description = "Your Ethereum address that is paid, 0x…", Required = true };
        var home = new Option<string?>("--home") { Description = "Folder of this worker's node key. Default: $POOL_WORKER_HOME, else ~/.pool-worker" };
        var device = new Option<string>("--device") { Description = "Device that transcodes: cpu", DefaultValueFactory = _ => UsableDevice };
        var sessions = new Option<int>("--sessions") { Description = "Segments at once you wish to take", DefaultValueFactory = _ => Environment.ProcessorCount };
        var verbose = new Option<bool>("--verbose") { Description = "Say more" };
        var command = new Command("run", "Join a pool and transcode for it until Ctrl-C.") { pool, payout, home, device, sessions, verbose };
        command.SetAction((parsed, _) => Faults.GuardAsync(() => RunAsync(Check(
            parsed.GetValue(pool)!, parsed.GetValue(payout)!, parsed.GetValue(home),   // both are required options
            parsed.GetValue(device) ?? UsableDevice, parsed.GetValue(sessions), parsed.GetValue(verbose)))));
        return command;
    }

    private static Settings Check(string pool, string payout, string? home, string device, int sessions, bool verbose)
    {
        if (!Uri.TryCreate(pool, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new UsageException($"--pool '{pool}' is no address of a pool: it must be like https://pool.example");
        }

        if (!Address.TryParse(payout, out var payee, out var error))
        {
            throw new UsageException($"--payout cannot be used: {error}");
        }

        if (payee.IsZero)
        {
            throw new UsageException("--payout is the zero address: nobody could ever use what is paid there.");
        }

        if (device != UsableDevice)
        {
            throw new UsageException($"--device '{device}' cannot be used: this version transcodes on {UsableDevice} only.");
        }

        if (sessions is < 1 or > MaxSessions)
        {
            throw new UsageException($"--sessions {sessions} is out of range: 1 to {MaxSessions}.");
        }

        return new Settings(uri, payee, home ?? DefaultHome(), device, sessions, verbose);
    }

    private static string DefaultHome() =>
        Environment.GetEnvironmentVariable("POOL_WORKER_HOME")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pool-worker");

    private static async Task<int> RunAsync(Settings settings)
    {
        using var drain = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, drain, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, drain, stop));
        using var loggers = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(settings.Verbose ? LogLevel.Debug : LogLevel.Error));
        var screen = new Screen(Console.Out, TimeProvider.System);

        using var node = NodeKeyFile.Open(settings.Home);
        await using var transcoder = await TranscodeHostProcess.StartAsync(
            TranscodeHostOptions.ForThisProgram(settings.Device), loggers.CreateLogger("transcode-host"), TimeProvider.System, drain.Token);
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = s_httpConnectTimeout, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        screen.Line($"Worker {node.Key.Address} on {settings.Device}, {settings.Sessions} segments at once, paid to {settings.Payee}");
        screen.Line($"Connecting to {settings.Pool}");
        var offer = new WorkerOffer(node.Key, settings.Payee, settings.Device, transcoder.Capabilities, settings.Sessions, WorkerCommands.Software);
        var run = new WorkerRun(settings.Pool, offer, transcoder, http, screen, Random.Shared, loggers, TimeProvider.System);
        await run.RunAsync(drain.Token, stop.Token);
        return 0;
    }

    private static void OnSignal(PosixSignalContext context, CancellationTokenSource drain, CancellationTokenSource stop)
    {
        context.Cancel = true;
        if (drain.IsCancellationRequested)
        {
            stop.Cancel();
        }
        else
        {
            drain.Cancel();
        }
    }
}
