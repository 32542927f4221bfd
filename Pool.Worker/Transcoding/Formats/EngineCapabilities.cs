using Pool.Shared.Livepeer;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>A capability that the loaded libraries do not have.</summary>
/// <param name="Reason">What went wrong when it was tried, for people.</param>
internal sealed record MissingCapability(Capability Capability, string Reason)
{
    public override string ToString() => $"{Capability}: {Reason}";
}

/// <summary>What this machine's engine can do, found out by doing it (protocol §2.3).</summary>
/// <param name="Proven">Capabilities whose proof came out right: exactly these may be advertised.</param>
/// <param name="Missing">Those whose proof failed, each with its reason, by number.</param>
internal sealed record EngineCapabilities(CapabilitySet Proven, IReadOnlyList<MissingCapability> Missing)
{
    /// <summary>
    /// Transcodes a few tiny frames in memory for every capability and looks at what comes out; takes a fraction of a second. The
    /// libraries must be loaded (<see cref="FFmpegLibraries.Load"/>).
    /// </summary>
    internal static EngineCapabilities Prove() => Prove(CapabilityProofs.All);

    internal static EngineCapabilities Prove(IEnumerable<CapabilityProof> proofs)
    {
        var tried = proofs.AsParallel().AsOrdered().Select(proof => (proof.Capability, Reason: Try(proof))).ToList();
        var missing = tried
            .Where(one => one.Reason is not null)
            .GroupBy(one => one.Capability)
            .OrderBy(group => group.Key)
            .Select(group => new MissingCapability(group.Key, string.Join("; ", group.Select(one => one.Reason))))
            .ToList();
        var failed = missing.Select(one => one.Capability).ToHashSet();
        return new EngineCapabilities(CapabilitySet.Of(tried.Select(one => one.Capability).Where(one => !failed.Contains(one))), missing);
    }

    /// <summary>Null when it came out right.</summary>
    private static string? Try(CapabilityProof proof)
    {
        try
        {
            proof.Run();
            return null;
        }
        catch (Exception failure) when (failure is InputFaultException or FFmpegException or InvalidDataException or IOException)
        {
            return failure.Message;
        }
    }
}
