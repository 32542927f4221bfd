using Pool.Shared.Ethereum;

namespace Pool.Vectors.Sections;

/// <summary>A ticket's signature: over its hash, which is not hashed once more; on every implementation of the curve.</summary>
internal sealed class TicketSignatureCheck : ISectionCheck
{
    public string Section => "ticket_signature";

    public void Check(VectorCase vector)
    {
        var privateKey = vector.Fields.Bytes("privateKey");
        var hash = vector.Fields.Bytes32("ticketHash").ToBytes();
        var signature = vector.Fields.Bytes("signature");
        var address = vector.Fields.Text("address");
        foreach (var curve in Curves.All)
        {
            var name = Curves.NameOf(curve);
            using var key = EthereumKey.FromBytes(privateKey, curve);
            vector.Expect($"address by {name}", address, key.Address.ToString());
            vector.Expect($"signature by {name}", signature, key.Sign(hash));
            vector.Expect($"recovery by {name}", expected: true, PersonalMessage.TryRecover(curve, hash, signature, out var signer));
            vector.Expect($"signer by {name}", address, signer.ToString());
        }
    }
}
