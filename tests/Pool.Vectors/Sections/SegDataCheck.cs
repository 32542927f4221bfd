using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>A segment's whole header: bytes, base64, profiles, hash, signature and session credential.</summary>
internal sealed class SegDataCheck : ISectionCheck
{
    public string Section => "seg_data";

    public void Check(VectorCase vector)
    {
        var segData = (SegData)WireMessages.Compare(vector, "segData");
        HeaderComparison.Compare(vector, segData, SegData.Parser);
        CheckProfiles(vector, segData);
        if (vector.Fields.Has("privateKey"))
        {
            CheckSignature(vector, segData);
        }
    }

    private static void CheckProfiles(VectorCase vector, SegData segData)
    {
        var expected = new JsonFields(vector.Fields.Element("segData"), "segData").Children("profiles").Select(ProfileJsonFields.Read);
        var reading = SegDataProfiles.Read(segData);
        vector.Expect("fault of the profiles", "", reading.Fault ?? "");
        vector.Expect("profiles", expected, reading.Profiles ?? []);
    }

    private static void CheckSignature(VectorCase vector, SegData segData)
    {
        using var key = EthereumKey.FromBytes(vector.Fields.Bytes("privateKey"));
        var sender = Curves.AddressOf(vector.Fields, "sender");
        vector.Expect("sender", sender.ToString(), key.Address.ToString());
        vector.Expect("hash of segmentBytes", segData.Hash.Span, Keccak256.Hash(vector.Fields.Bytes("segmentBytes")));

        var names = SegDataProfiles.Read(segData).Profiles?.Select(profile => profile.Name) ?? [];
        var flat = SegmentSigning.Flatten(segData.ManifestId.Span, segData.Seq, segData.Hash.Span, names);
        vector.Expect("signedBytes", vector.Fields.Bytes("signedBytes"), flat);
        vector.Expect("segData.sig", segData.Sig.Span, SegmentSigning.Sign(key, flat));
        vector.Expect("signature holds", expected: true, SegmentSigning.IsSignedBy(sender, flat, segData.Sig.Span));

        var tokens = new AuthTokens(vector.Fields.Bytes("authSecret"));
        vector.Expect("authToken is authentic", expected: true, tokens.IsAuthentic(segData.AuthToken ?? new AuthToken()));
    }
}
