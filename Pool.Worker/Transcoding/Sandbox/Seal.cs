using Pool.Worker.Transcoding.Signature;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>
/// The second half of the sandbox: put on every thread once the libraries are loaded and before the first byte of a stranger comes in.
/// Then the process tries what it must not be able to do, and says what came of it.
/// </summary>
internal static class Seal
{
    private const int Dumpable = 4;
    private const int LimitFileSize = 1;
    private const int LimitData = 2;
    private const int LimitCore = 4;
    private const int LimitOpenFiles = 7;
    private const int LimitMessageQueues = 12;

    /// <summary>Descriptors of a host: three pipes and what the runtime holds open.</summary>
    private const ulong MaxOpenFiles = 256;

    /// <summary>A GPU's driver opens many.</summary>
    private const ulong MaxOpenFilesWithDevices = 4096;

    /// <summary>Seals this process for good.</summary>
    /// <param name="order">What it may reach.</param>
    /// <param name="confinement">What is in force already.</param>
    public static SandboxReport Close(SandboxOrder order, SandboxReport confinement)
    {
        List<string> applied = [.. confinement.Applied];
        List<string> missing = [.. confinement.Missing];
        var hasDevices = order.DevicePaths.Count > 0;

        // FFmpeg opens a file in memory by its path to write a signature; that needs Landlock, which lets it open no other.
        var mayOpenForWriting = hasDevices || applied.Contains(Confinement.LandlockName, StringComparer.Ordinal);

        if (order.KeptDescriptor > 0)
        {
            Linux.Close(order.KeptDescriptor);
        }

        // A thread that is older than the filter shows that the filter reaches all of them.
        using var sealedNow = new ManualResetEventSlim();
        var proof = (Denied: (IReadOnlyList<string>)[], Open: (IReadOnlyList<string>)[]);
        var witness = new Thread(() =>
        {
            sealedNow.Wait();
            proof = SandboxProof.Run();
        });
        witness.Start();
        try
        {
            Note("not dumpable", Linux.Control(Dumpable, 0) ? null : $"not dumpable (error {Linux.Error})");
            Note("rlimits", LimitResources(order, hasDevices, mayOpenForWriting));
            Note("seccomp", SeccompFilter.Apply(mayOpenForWriting));
        }
        finally
        {
            sealedNow.Set();
            witness.Join();
        }

        return new SandboxReport(applied, missing, proof.Denied, proof.Open);

        void Note(string name, string? lack) => (lack is null ? applied : missing).Add(lack ?? name);
    }

    /// <summary>
    /// The number of processes is not limited here: the kernel counts it per user, so a limit would hit the user's other programs.
    /// The seccomp filter lets the host start threads and no process.
    /// </summary>
    private static string? LimitResources(SandboxOrder order, bool hasDevices, bool mayOpenForWriting)
    {
        var done = Linux.Limit(LimitCore, 0)
            & Linux.Limit(LimitMessageQueues, 0)
            & Linux.Limit(LimitOpenFiles, hasDevices ? MaxOpenFilesWithDevices : MaxOpenFiles)
            & Linux.Limit(LimitData, (ulong)order.MaxDataBytes)
            & (hasDevices || Linux.Limit(LimitFileSize, mayOpenForWriting ? (ulong)RenditionSignature.MaxBytes : 0));   // drivers grow shared memory, which counts as a file
        return done ? null : $"rlimits (error {Linux.Error})";
    }
}
