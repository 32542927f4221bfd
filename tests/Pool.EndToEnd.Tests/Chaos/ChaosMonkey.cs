using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Network;
using Pool.Gateway.Streaming;
using Pool.Shared.Contracts;
using Pool.Worker.Connection;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>
/// Does what the plan says, no faster than the streams go on, and sees to it that everything comes back. At any time one good worker at least is left alone: a pool without any
/// has nobody to give a segment to.
/// </summary>
internal sealed class ChaosMonkey(ChaosScene scene, IReadOnlyList<ChaosStream> streams, ServerGate gate) : IAsyncDisposable
{
    /// <summary>A host that dies over a segment is bad luck, two of them make the segment the suspect: they are further apart than a segment lasts.</summary>
    private static readonly TimeSpan s_betweenHosts = TimeSpan.FromSeconds(10);

    /// <summary>How long a rogue that got no segment waits before another stream is told to begin a new session.</summary>
    private static readonly TimeSpan s_rogueWait = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Answers between two events, in all: one round of the streams. The gateways' time-outs are the network's and do not stretch, so on a machine that is too
    /// slow for the plan the plan waits, or its events would pile up on single segments until no pool could answer them in time.
    /// </summary>
    private const int AnswersBetween = 4;

    /// <summary>So often streams begin new sessions for a rogue.</summary>
    private const int RoguePatience = 8;

    private static readonly TimeSpan s_longestAway = TimeSpan.FromSeconds(3);

    /// <summary>An idle worker hears nothing for a while before it knows, then dials at most so late; and once more when the server was away just then.</summary>
    private static readonly TimeSpan s_longestAbsence = PoolConnection.ServerSilence + (2 * WorkerLink.LongestRedial) + Patience.Limit;

    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(6);
    private static readonly TimeProvider s_time = TimeProvider.System;

    private readonly SemaphoreSlim _mayFall = new(ChaosScene.Workers - 1);
    private readonly SemaphoreSlim _hosts = new(1);
    private readonly SemaphoreSlim _servers = new(1);
    private readonly SemaphoreSlim _databases = new(1);
    private readonly SemaphoreSlim _rogues = new(1);
    private readonly Lock _lock = new();
    private readonly List<int> _well = [.. Enumerable.Range(0, ChaosScene.Workers)];
    private readonly List<string> _log = [];
    private readonly List<Task> _recoveries = [];
    private readonly Misdeeds _misdeeds = new();
    private readonly long _began = s_time.GetTimestamp();

    /// <summary>What was done and when, a line each.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>Verdicts of the pool on rogues that were wrong.</summary>
    public IReadOnlyCollection<string> Wrongs => _misdeeds.Wrongs;

    /// <summary>Does it all, and waits until everything has come back.</summary>
    public async Task RunAsync(ChaosPlan plan)
    {
        var answered = 0;
        foreach (var planned in plan.Events)
        {
            var wait = planned.At - s_time.GetElapsedTime(_began);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, s_time);
            await WaitForAnswersAsync(answered + AnswersBetween);
            answered = Answered();
            await BeginAsync(planned);
        }

        await Task.WhenAll(_recoveries);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_recoveries).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var limit in new[] { _mayFall, _hosts, _servers, _databases, _rogues })
        {
            limit.Dispose();
        }
    }

    /// <summary>Does one thing as soon as it may be done; how it comes back is nobody's to wait for.</summary>
    private async Task BeginAsync(ChaosEvent planned)
    {
        switch (planned.Kind)
        {
            case ChaosKind.KillServer:
                await BeginAsync(_servers, planned.Kind, "", KillServerAsync);
                break;
            case ChaosKind.KillPostgres:
                var away = Of(s_longestAway, planned.Dice);
                await BeginAsync(_databases, planned.Kind, $"away for {away.TotalSeconds:0.0} s", () => KillPostgresAsync(away));
                break;
            case ChaosKind.KillHost:
                var hosted = planned.Dice % ChaosScene.Workers;
                await BeginAsync(_hosts, planned.Kind, $"of worker {hosted}", () => KillHostAsync(hosted));
                break;
            case ChaosKind.KillWorker or ChaosKind.ForgetConnections or ChaosKind.StallLine:
                await _mayFall.WaitAsync();
                var victim = Fell(planned.Dice);
                await BeginAsync(null, planned.Kind, $"worker {victim}", () => FellAsync(planned, victim));
                break;
            default:
                await BeginAsync(_rogues, planned.Kind, "", () => LetInAsync(planned));
                break;
        }
    }

    private int Answered() => streams.Sum(stream => stream.Answered);

    private Task WaitForAnswersAsync(int answers) => Patience.UntilAsync($"{answers} answers in all", () => Task.FromResult(Answered() >= answers));

    private async Task BeginAsync(SemaphoreSlim? one, ChaosKind kind, string detail, Func<Task> doing)
    {
        if (one is not null)
        {
            await one.WaitAsync();
        }

        Note($"{kind} {detail}");
        var recovery = Task.Run(async () =>
        {
            try
            {
                await doing();
            }
            finally
            {
                one?.Release();
            }
        });
        lock (_lock)
        {
            _recoveries.Add(recovery);
        }
    }

    private async Task KillServerAsync()
    {
        gate.Close();
        await scene.Server.KillAsync(TimeSpan.Zero);
        var client = new OrchestratorClient(scene.Orchestrator, GatewayRun.Needs(ChaosMedia.Profiles));
        await Patience.UntilAsync($"a server that takes sessions; it said: {scene.Server.Story}", async () =>
        {
            try
            {
                await client.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None);
                return true;
            }
            catch (AttemptException)
            {
                return false;
            }
        });
        gate.Reopen();
        Note("the server is back");
    }

    private async Task KillPostgresAsync(TimeSpan away)
    {
        await scene.Postgres.KillAsync(away);
        await scene.Postgres.WaitUntilBackAsync();
        Note("Postgres is back");
    }

    private async Task KillHostAsync(int worker)
    {
        ProcessTree.Kill(ProcessTree.ChildrenOf(scene.Worker[worker].Id));
        await Task.Delay(s_betweenHosts, s_time);
    }

    private int Fell(int dice)
    {
        lock (_lock)
        {
            var victim = _well[dice % _well.Count];
            _well.Remove(victim);
            return victim;
        }
    }

    private async Task FellAsync(ChaosEvent planned, int victim)
    {
        var (worker, line) = (scene.Worker[victim], scene.Lines[victim]);
        switch (planned.Kind)
        {
            case ChaosKind.KillWorker:
                var starts = worker.Starts;
                await worker.KillAsync(TimeSpan.Zero);
                await scene.WaitForWorkerAsync(victim, starts);
                break;
            case ChaosKind.ForgetConnections:
                var connections = line.HubConnections;
                line.Forget();
                await Patience.UntilAsync($"worker {victim} on a new connection", s_longestAbsence, () => Task.FromResult(line.HubConnections > connections));
                break;
            default:
                var stall = Task.Delay(Of(s_longestStall, planned.Dice), s_time);
                line.StallUntil(stall);
                await stall;
                await Patience.UntilAsync($"worker {victim} in the pool", s_longestAbsence, () => Task.FromResult(IsIn(worker)));
                break;
        }

        Note($"worker {victim} is back");
        lock (_lock)
        {
            _well.Add(victim);
        }

        _mayFall.Release();
    }

    /// <summary>Whether a worker that lives is in the pool as far as it knows: after a long stall it has given its connection up.</summary>
    private static bool IsIn(KeptProgram worker)
    {
        var said = worker.Said;
        return said.LastIndexOf("joined as worker", StringComparison.Ordinal) > said.LastIndexOf("connection lost", StringComparison.Ordinal);
    }

    /// <summary>A rogue comes, streams begin new sessions until it has had a segment or nobody wants it, and it goes.</summary>
    private async Task LetInAsync(ChaosEvent planned)
    {
        var deed = _misdeeds.Of(planned.Kind, planned.Dice);
        for (var patience = RoguePatience; patience > 0;)
        {
            await gate.Open;
            if (await RogueWorker.TryJoinAsync(scene.WebPort, deed) is { } rogue)
            {
                await using var leaving = rogue;
                do
                {
                    streams[((planned.Dice % streams.Count) + --patience) % streams.Count].Renew();
                    await Task.WhenAny(rogue.Done, rogue.Closed, Task.Delay(s_rogueWait, s_time));
                }
                while (patience > 0 && !rogue.Done.IsCompleted && !rogue.Closed.IsCompleted);

                if (rogue.Done.IsCompleted)
                {
                    Note($"{planned.Kind} is done");
                    return;
                }
            }
        }

        Note($"{planned.Kind} got no work");
    }

    /// <summary>A part of it, at least a tenth.</summary>
    private static TimeSpan Of(TimeSpan longest, int dice) => longest * (0.1 + (0.9 * (dice % 1000 / 1000.0)));

    private void Note(string what)
    {
        lock (_lock)
        {
            _log.Add($"{s_time.GetElapsedTime(_began).TotalSeconds,6:0.0} s  {what.Trim()}");
        }
    }
}
