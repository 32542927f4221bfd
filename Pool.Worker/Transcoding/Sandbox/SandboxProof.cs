using System.Globalization;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>Tries what a sealed host must not be able to do. Harmless where it succeeds: what could be opened is closed again.</summary>
internal static unsafe class SandboxProof
{
    private const int UnixSockets = 1;
    private const int InternetSockets = 2;
    private const int Internet6Sockets = 10;
    private const int NetlinkSockets = 16;
    private const int StreamSocket = 1;
    private const int RawSocket = 3;
    private const nint AttachToProcess = 16;
    private const nint NoSignal = 0;

    /// <summary>What was refused and what was not.</summary>
    public static (IReadOnlyList<string> Denied, IReadOnlyList<string> Open) Run()
    {
        (string Name, Func<bool> IsDenied)[] attempts =
        [
            ("network", IsNetworkDenied), ("reading files", IsReadingDenied), ("writing files", IsWritingDenied),
            ("starting programs", IsExecutionDenied), ("watching processes", IsTracingDenied), ("signals to others", AreSignalsDenied),
        ];
        var results = attempts.Select(attempt => (attempt.Name, Denied: attempt.IsDenied())).ToList();
        return (
            [.. results.Where(result => result.Denied).Select(result => result.Name)],
            [.. results.Where(result => !result.Denied).Select(result => result.Name)]);
    }

    private static bool IsNetworkDenied() =>
        new[] { (UnixSockets, StreamSocket), (InternetSockets, StreamSocket), (Internet6Sockets, StreamSocket), (NetlinkSockets, RawSocket) }
            .All(kind => IsRefused((int)Linux.Call(Syscall.Socket.Here, kind.Item1, kind.Item2)));

    private static bool IsReadingDenied() =>
        new[] { "/etc/passwd", "/etc/hostname", "/", "/tmp", $"/proc/{Linux.Parent().ToString(CultureInfo.InvariantCulture)}/environ" }
            .All(path => IsRefused(Linux.Open(path, Linux.OpenReadOnly | Linux.OpenCloseOnExec)));

    /// <summary>Asks for a file without a name, so that nothing is left where it succeeds.</summary>
    private static bool IsWritingDenied() =>
        new[] { "/tmp", "/var/tmp", "/dev/shm", AppContext.BaseDirectory }
            .All(folder => IsRefused(Linux.Open(folder, Linux.OpenWriteOnly | Linux.OpenNameless | Linux.OpenCloseOnExec)));

    /// <summary>Asked for a program that does not exist: without a sandbox the answer is that, and this process lives on.</summary>
    private static bool IsExecutionDenied()
    {
        fixed (byte* path = "/pool-sandbox/none\0"u8)
        {
            return Linux.Call(Syscall.Execute.Here, (nint)path) < 0 && Linux.Error is Linux.NotPermitted or Linux.AccessDenied;
        }
    }

    /// <summary>Process 0 is nobody: without a sandbox the answer is that it does not exist.</summary>
    private static bool IsTracingDenied() => Linux.Call(Syscall.Trace.Here, AttachToProcess) < 0 && Linux.Error == Linux.NotPermitted;

    private static bool AreSignalsDenied() => Linux.Call(Syscall.Kill.Here, Linux.Parent(), NoSignal) < 0 && Linux.Error == Linux.NotPermitted;

    /// <summary>A path that does not exist proves nothing and harms nothing.</summary>
    private static bool IsRefused(int descriptor)
    {
        if (descriptor < 0)
        {
            return Linux.Error is Linux.NotPermitted or Linux.AccessDenied or Linux.NoSuchFile;
        }

        Linux.Close(descriptor);
        return false;
    }
}
