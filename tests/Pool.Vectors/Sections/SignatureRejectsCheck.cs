using Pool.Shared.Ethereum;

namespace Pool.Vectors.Sections;

/// <summary>Signatures that have to be refused, among some that have to be accepted.</summary>
internal sealed class SignatureRejectsCheck : ISectionCheck
{
    public string Section => "signature_rejects";

    public void Check(VectorCase vector)
    {
        var address = Curves.AddressOf(vector.Fields, "address");
        var message = vector.Fields.Bytes("message");
        var signature = vector.Fields.Bytes("signature");
        var valid = vector.Fields.Flag("valid");
        vector.Expect("valid", valid, PersonalMessage.IsSignedBy(address, message, signature));

        foreach (var curve in Curves.All)
        {
            var accepted = PersonalMessage.TryRecover(curve, message, signature, out var signer) && signer == address;
            vector.Expect($"valid by {Curves.NameOf(curve)}", valid, accepted);
        }
    }
}
