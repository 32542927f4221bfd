using System.Globalization;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A program that is started again whenever it ends, as an operator's supervisor does.</summary>
internal sealed class KeptProgram : IAsyncDisposable
{
    /// <summary>Between the end of a program and its next start.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Characters of a story that a person reads.</summary>
    private const int ToldCharacters = 64 * 1024;

    private readonly List<string> _lives = [];
    private readonly Func<RunningProgram> _start;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;
    private RunningProgram _program;
    private int _starts = 1;
    private long _away;

    public KeptProgram(Func<RunningProgram> start)
    {
        (_start, _program) = (start, start());
        _keeping = KeepAsync();
    }

    /// <summary>Times it was started so far.</summary>
    public int Starts => Volatile.Read(ref _starts);

    /// <summary>Its process now.</summary>
    public int Id => Program.Id;

    /// <summary>The end of what it said since its latest start.</summary>
    public string Said => Program.Said;

    /// <summary>The end of what it said before, and since.</summary>
    public string Story
    {
        get
        {
            var story = string.Join("\n--- started again ---\n", Lives());
            return story[Math.Max(0, story.Length - ToldCharacters)..];
        }
    }

    private RunningProgram Program => Volatile.Read(ref _program);

    /// <summary>Ends it as if the power had gone, with whatever processes it began, and starts it again when it has been away for so long.</summary>
    public async Task KillAsync(TimeSpan away)
    {
        var program = Program;
        Interlocked.Exchange(ref _away, away.Ticks);
        var children = ProcessTree.ChildrenOf(program.Id);
        await Signals.SendAsync("KILL", program.Id);
        ProcessTree.Kill(children);
    }

    /// <summary>Its lines of a time, of those that begin with the time they were written at.</summary>
    public IEnumerable<string> Between(DateTimeOffset first, DateTimeOffset last) => Lives()
        .SelectMany(life => life.Split('\n'))
        .Where(line => DateTimeOffset.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, out var written) && written >= first && written <= last);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
        await Program.DisposeAsync();
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        while (true)
        {
            var program = Program;
            await program.WaitForEndAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var away = new TimeSpan(Interlocked.Exchange(ref _away, 0));
            await Task.Delay(away > s_pause ? away : s_pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            lock (_lives)
            {
                _lives.Add(program.Said);
            }

            await program.DisposeAsync();
            Volatile.Write(ref _program, _start());
            Interlocked.Increment(ref _starts);
        }
    }

    private List<string> Lives()
    {
        lock (_lives)
        {
            return [.. _lives, Said];
        }
    }
}
