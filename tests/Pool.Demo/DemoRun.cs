using System.Text.Json;
using Pool.Gateway.Cli;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using Spectre.Console;

namespace Pool.Demo;

/// <summary>What the demo was asked to do.</summary>
/// <param name="Gateway">pool-gateway.dll, or a command that runs it.</param>
/// <param name="Out">Folder for the renditions; the gateway replaces what an earlier run left in it.</param>
/// <param name="Profiles">A file of profiles or names of presets; null takes those that suit the source.</param>
/// <param name="Report">File for the report, or null.</param>
/// <param name="Once">Whether the pool ends with the run.</param>
/// <param name="Chain">The chain that the pool is paid on; null off-chain.</param>
public sealed record DemoRequest(
    string Video, string Orchestrator, string Gateway, string Out, int Streams, string? Profiles, string? Report, bool Once, ChainRequest? Chain);

/// <summary>Runs the gateway against a running pool, shows both sides, and holds what one received against what the other booked.</summary>
public sealed class DemoRun(DemoRequest request, StatusClient pool, TimeProvider time)
{
    /// <summary>Reads of the status while both sides do not agree yet: work is booked before it is answered, so one is the rule.</summary>
    private const int AgreementReads = 20;

    /// <summary>How often the status is read.</summary>
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(500);

    private readonly DemoState _state = new();

    /// <summary>Runs to the end; the answer is the exit code.</summary>
    /// <exception cref="UserFaultException">The pool's status cannot be read, or the gateway cannot be started.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var clock = request.Chain is { } chain ? new LocalChainClock(chain.Rpc) : null;
        var stage = clock is null ? null : new ChainStage(pool, clock, time);
        var chainBefore = stage is null ? null : await stage.BecomeActiveAsync(cancellationToken);
        var before = await RequireStatusAsync(cancellationToken);
        var reportFile = Path.Combine(Path.GetTempPath(), $"pool-demo-{Guid.NewGuid():N}.json");
        try
        {
            Console.WriteLine($"Streaming {Path.GetFileName(request.Video)} {request.Streams} times at once through the pool at {request.Orchestrator}");
            var code = await StreamAsync(reportFile, before, cancellationToken);
            if (!File.Exists(reportFile))
            {
                return code == ExitCode.Success ? ExitCode.Failed : code;
            }

            var report = await ReadReportAsync(reportFile, cancellationToken);
            var money = stage is null ? null : await MoneyAsync(stage, chainBefore!, cancellationToken);   // it was read with the stage
            return await ConcludeAsync(report, before, money, code, cancellationToken);
        }
        finally
        {
            File.Delete(reportFile);
        }
    }

    private async Task<int> StreamAsync(string reportFile, PoolStatus before, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(request.Out);
        var gateway = GatewayProcess.RunAsync(request, folder, reportFile, _state.Take, cancellationToken);
        var clock = new StreamClock(time);
        if (AnsiConsole.Profile.Out.IsTerminal)
        {
            var remarks = new List<string>();
            await AnsiConsole.Live(DemoScreen.Tables([], before, TimeSpan.Zero, remarks)).StartAsync(screen => WatchAsync(
                gateway, before,
                status =>
                {
                    remarks.AddRange(_state.TakeRemarks());
                    var streams = _state.Streams();
                    screen.UpdateTarget(DemoScreen.Tables(streams, status, clock.Read(streams), remarks));
                },
                cancellationToken));
        }
        else
        {
            var last = "";
            await WatchAsync(gateway, before, status => last = WriteLines(status, clock, last), cancellationToken);
        }

        return await gateway;
    }

    /// <summary>Writes what is new since the last line, which is the answer.</summary>
    private string WriteLines(PoolStatus status, StreamClock clock, string last)
    {
        foreach (var remark in _state.TakeRemarks())
        {
            Console.WriteLine(remark);
        }

        var streams = _state.Streams();
        var elapsed = clock.Read(streams);
        var line = DemoScreen.Line(streams, status);
        if (streams.Count > 0 && line != last)
        {
            Console.WriteLine($"{DemoScreen.Clock(elapsed)}  {line}");
        }

        return line;
    }

    /// <summary>Shows the state until the gateway has ended, and once more then. A status that cannot be read leaves the last one.</summary>
    private async Task WatchAsync(Task gateway, PoolStatus before, Action<PoolStatus> show, CancellationToken cancellationToken)
    {
        var status = before;
        bool hasEnded;
        do
        {
            hasEnded = await Task.WhenAny(gateway, Task.Delay(s_refresh, time, cancellationToken)) == gateway;
            cancellationToken.ThrowIfCancellationRequested();
            status = (await pool.ReadAsync(cancellationToken)).Status ?? status;
            show(status);
        }
        while (!hasEnded);
    }

    private async Task<Money> MoneyAsync(ChainStage stage, ChainStatus before, CancellationToken cancellationToken)
    {
        var now = await stage.SettleAsync(before, cancellationToken);
        var (isRight, words) = await LedgerProof.RunAsync(request.Chain!.LedgerCheck, cancellationToken);   // there is a stage only with a chain
        return Money.Of(before, now, isRight, words);
    }

    private async Task<int> ConcludeAsync(StreamReport report, PoolStatus before, Money? money, int gatewayCode, CancellationToken cancellationToken)
    {
        var books = await AgreeAsync(report, before, cancellationToken);
        if (request.Report is { } target)
        {
            await File.WriteAllTextAsync(target, DemoReport.Text(report, books, money), cancellationToken);
        }

        foreach (var line in ClosingWords.Of(report, books, money, request))
        {
            Console.WriteLine(line);
        }

        if (books.Disagreement is { } disagreement)
        {
            await Console.Error.WriteLineAsync($"The books do not agree. {disagreement}");
            return ExitCode.Failed;
        }

        if (money?.Disagreement(report) is { } wrong)
        {
            await Console.Error.WriteLineAsync($"The money does not agree. {wrong}");
            return ExitCode.Failed;
        }

        return gatewayCode;
    }

    private async Task<Books> AgreeAsync(StreamReport report, PoolStatus before, CancellationToken cancellationToken)
    {
        for (var read = 1; ; read++)
        {
            var books = Books.Of(before, await RequireStatusAsync(cancellationToken), report);
            if (books.Disagreement is null || read == AgreementReads)
            {
                return books;
            }

            await Task.Delay(s_refresh, time, cancellationToken);
        }
    }

    private async Task<PoolStatus> RequireStatusAsync(CancellationToken cancellationToken)
    {
        var (status, fault) = await pool.ReadAsync(cancellationToken);
        return status ?? throw new UserFaultException($"There is no demo: {fault}.");
    }

    private static async Task<StreamReport> ReadReportAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<StreamReport>(file, GatewayJson.Line, cancellationToken)
            ?? throw new InvalidDataException("the gateway's report is empty");
    }
}
