using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>Ids of profiles' names.</summary>
internal sealed class ProfileIdsCheck : ISectionCheck
{
    public string Section => "profile_ids";

    public void Check(VectorCase vector) =>
        vector.Expect("id", vector.Fields.Text("id"), SegmentSigning.ProfileId(vector.Fields.Text("profileName")));
}
