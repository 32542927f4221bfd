using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Vectors.Sections;

/// <summary>Whether a job fits an orchestrator.</summary>
internal sealed class CapabilityCompatCheck : ISectionCheck
{
    public string Section => "capability_compat";

    public void Check(VectorCase vector)
    {
        var job = Read(vector.Fields.Child("job"));
        var orchestrator = Read(vector.Fields.Child("orchestrator"));
        vector.Expect("compatible", vector.Fields.Flag("compatible"), CapabilityCheck.IsCompatible(job, orchestrator));
    }

    private static Capabilities Read(JsonFields fields)
    {
        var capabilities = new Capabilities { Version = fields.TextOr("version", "") };
        capabilities.Bitstring.AddRange(fields.Words("bitstring"));
        if (fields.Has("mandatories"))
        {
            capabilities.Mandatories.AddRange(fields.Words("mandatories"));
        }

        if (fields.Has("minVersion"))
        {
            capabilities.Constraints = new Capabilities.Types.Constraints { MinVersion = fields.Text("minVersion") };
        }

        return capabilities;
    }
}
