using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>Which of the three lists a gateway writes, each profile's bytes in it, and that a reader finds the same profiles.</summary>
internal sealed class ProfileFieldChoiceCheck : ISectionCheck
{
    public string Section => "profile_field_choice";

    public void Check(VectorCase vector)
    {
        Pool.Shared.Media.VideoProfile[] profiles = [.. vector.Fields.Children("profiles").Select(ProfileJsonFields.Read)];
        var wires = vector.Fields.Texts("wires");
        var segData = new SegData();
        SegDataProfiles.Write(segData, profiles);
        vector.Expect("field", vector.Fields.Text("field"), SegDataFromJson.ChosenField(segData));

        VideoProfile[] written = [.. segData.FullProfiles3, .. segData.FullProfiles2, .. segData.FullProfiles];
        vector.Expect("number of profiles", $"{wires.Count}", $"{written.Length}");
        foreach (var (index, (profile, wire)) in written.Zip(wires).Index())
        {
            WireMessages.Compare(vector, $"wires[{index}]", profile, Hex.Parse(wire, $"wires[{index}]"));
        }

        vector.Expect("profiles read back", profiles, SegDataProfiles.Read(segData).Profiles ?? []);
    }
}
