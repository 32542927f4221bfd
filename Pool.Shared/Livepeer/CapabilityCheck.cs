using ModelConstraints = Google.Protobuf.Collections.MapField<
    string, Pool.Shared.Livepeer.Wire.Capabilities.Types.CapabilityConstraints.Types.ModelConstraint>;

namespace Pool.Shared.Livepeer;

/// <summary>
/// Whether an orchestrator can take a job (protocol §2.3); a gateway asks before choosing, an orchestrator at every segment.
/// </summary>
public static class CapabilityCheck
{
    /// <summary>All four conditions: the version, the orchestrator's mandatories, the constraints on models, and the job's needs.</summary>
    /// <param name="job">What the job needs; null is taken as <see cref="CapabilitySet.Legacy"/>.</param>
    /// <param name="orchestrator">What the orchestrator declares; null is taken as <see cref="CapabilitySet.Legacy"/>.</param>
    public static bool IsCompatible(Wire.Capabilities? job, Wire.Capabilities? orchestrator)
    {
        var needs = SetOf(job);
        return NodeVersion.Satisfies(job?.Constraints?.MinVersion ?? "", orchestrator?.Version ?? "") &&
            CapabilitySet.FromWords(orchestrator?.Mandatories ?? []).IsSubsetOf(needs) &&
            ModelsFit(job, orchestrator) &&
            needs.IsSubsetOf(SetOf(orchestrator));
    }

    /// <summary>The set a peer declared; a peer that sent nothing is taken as <see cref="CapabilitySet.Legacy"/>.</summary>
    public static CapabilitySet SetOf(Wire.Capabilities? capabilities) =>
        capabilities is null ? CapabilitySet.Legacy : CapabilitySet.FromWords(capabilities.Bitstring);

    /// <summary>Constraints name AI models; a capability that only one side constrains does not matter.</summary>
    private static bool ModelsFit(Wire.Capabilities? job, Wire.Capabilities? orchestrator)
    {
        if (job?.Constraints is not { } wanted || orchestrator?.Constraints is not { } offered)
        {
            return true;
        }

        return wanted.PerCapability.All(constraint =>
            !offered.PerCapability.TryGetValue(constraint.Key, out var own) || ModelsFit(constraint.Value.Models, own.Models));
    }

    private static bool ModelsFit(ModelConstraints wanted, ModelConstraints offered) =>
        wanted.All(model =>
            offered.TryGetValue(model.Key, out var own) &&
            (!model.Value.Warm || own.Warm) &&
            NodeVersion.Satisfies(model.Value.RunnerVersion, own.RunnerVersion));
}
