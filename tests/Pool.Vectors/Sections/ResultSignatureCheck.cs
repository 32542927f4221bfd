using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>An orchestrator's signature over its renditions.</summary>
internal sealed class ResultSignatureCheck : ISectionCheck
{
    public string Section => "result_signature";

    public void Check(VectorCase vector)
    {
        using var key = EthereumKey.FromBytes(vector.Fields.Bytes("privateKey"));
        var address = Curves.AddressOf(vector.Fields, "address");
        var signature = vector.Fields.Bytes("signature");
        byte[][] hashes = [.. vector.Fields.Texts("renditions").Select(text => Keccak256.Hash(Hex.Parse(text, "renditions")))];
        vector.Expect("address", address.ToString(), key.Address.ToString());
        vector.Expect("renditionHashes", vector.Fields.Texts("renditionHashes"), hashes.Select(hash => Hex.Of(hash)));
        vector.Expect("hash", vector.Fields.Bytes("hash"), ResultSigning.Hash(hashes));
        vector.Expect("signature", signature, ResultSigning.Sign(key, hashes));
        vector.Expect("signature holds", expected: true, ResultSigning.IsSignedBy(address, hashes, signature));
    }
}
