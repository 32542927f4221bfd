using System.Runtime.InteropServices;

namespace Pool.Worker.Cli;

/// <summary>
/// SIGTERM and Ctrl-C. The first asks the worker to finish what it holds, the second to end at once; a third is left to the system,
/// which ends the process whatever it does.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly List<PosixSignalRegistration> s_ignored = [];

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private int _signals;

    public StopSignals() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];

    /// <summary>Finish and leave.</summary>
    public CancellationToken Drain => _drain.Token;

    /// <summary>Leave now.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>
    /// For the codec process, as long as it lives. Ctrl-C and a service manager's SIGTERM reach it too, but the worker still needs it
    /// for what it finishes: it ends when the worker closes its input or is gone.
    /// </summary>
    public static void Ignore() => s_ignored.AddRange(
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true));

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _drain.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        var signal = Interlocked.Increment(ref _signals);
        context.Cancel = signal <= 2;
        if (signal == 2)
        {
            _stop.Cancel();
        }

        _drain.Cancel();
    }
}
