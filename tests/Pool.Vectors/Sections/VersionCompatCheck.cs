using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Vectors.Sections;

/// <summary>Whether a node's version meets a job's minimum, by the rule and by the whole check that contains it.</summary>
internal sealed class VersionCompatCheck : ISectionCheck
{
    public string Section => "version_compat";

    public void Check(VectorCase vector)
    {
        var minimum = vector.Fields.Text("minVersion");
        var version = vector.Fields.Text("version");
        var compatible = vector.Fields.Flag("compatible");
        vector.Expect("compatible", compatible, NodeVersion.Satisfies(minimum, version));

        var job = new Capabilities { Constraints = new Capabilities.Types.Constraints { MinVersion = minimum } };
        vector.Expect("compatible as capabilities", compatible, CapabilityCheck.IsCompatible(job, new Capabilities { Version = version }));
    }
}
