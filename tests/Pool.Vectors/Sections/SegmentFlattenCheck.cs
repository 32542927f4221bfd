using System.Text;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>The bytes a gateway signs of a segment.</summary>
internal sealed class SegmentFlattenCheck : ISectionCheck
{
    public string Section => "segment_flatten";

    public void Check(VectorCase vector)
    {
        var flat = SegmentSigning.Flatten(
            Encoding.UTF8.GetBytes(vector.Fields.Text("manifestId")),
            vector.Fields.WholeNumber("seq"),
            vector.Fields.Bytes("hash"),
            vector.Fields.Texts("profileNames"));
        vector.Expect("flat", vector.Fields.Bytes("flat"), flat);
        vector.Expect("keccak", vector.Fields.Bytes("keccak"), Keccak256.Hash(flat));
    }
}
