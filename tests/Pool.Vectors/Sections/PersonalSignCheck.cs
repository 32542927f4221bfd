using Pool.Shared.Ethereum;

namespace Pool.Vectors.Sections;

/// <summary>EIP-191 signatures: address, digest, signature and recovery, on every implementation of the curve.</summary>
internal sealed class PersonalSignCheck : ISectionCheck
{
    public string Section => "personal_sign";

    public void Check(VectorCase vector)
    {
        var privateKey = vector.Fields.Bytes("privateKey");
        var message = vector.Fields.Bytes("message");
        var signature = vector.Fields.Bytes("signature");
        var address = vector.Fields.Text("address");
        vector.Expect("digest", vector.Fields.Bytes("digest"), PersonalMessage.Digest(message));

        foreach (var curve in Curves.All)
        {
            var name = Curves.NameOf(curve);
            using var key = EthereumKey.FromBytes(privateKey, curve);
            vector.Expect($"address by {name}", address, key.Address.ToString());
            vector.Expect($"signature by {name}", signature, key.Sign(message));
            vector.Expect($"recovery by {name}", expected: true, PersonalMessage.TryRecover(curve, message, signature, out var signer));
            vector.Expect($"signer by {name}", address, signer.ToString());
        }
    }
}
