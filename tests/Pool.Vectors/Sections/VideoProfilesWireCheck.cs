using Pool.Shared.Livepeer;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>A profile from our model to the wire and back; a preset's name has to give the preset.</summary>
internal sealed class VideoProfilesWireCheck : ISectionCheck
{
    public string Section => "video_profiles_wire";

    public void Check(VectorCase vector)
    {
        var profile = ProfileJsonFields.Read(vector.Fields.Child("profile"));
        vector.Expect("messageType", vector.Fields.Text("messageType"), Pool.Shared.Livepeer.Wire.VideoProfile.Descriptor.FullName);
        var decoded = (Pool.Shared.Livepeer.Wire.VideoProfile)WireMessages.Compare(vector, ProfileWire.ToWire(profile));
        vector.Expect("profile read back", profile.ToString(), ProfileWire.FromWire(decoded).ToString());
        if (ProfilePresets.Find(profile.Name) is { } preset)
        {
            vector.Expect("preset", profile.ToString(), preset.ToString());
        }
    }
}
