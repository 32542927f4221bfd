using System.Text;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>A gateway's request: its bytes, and whether the signature over its address holds.</summary>
internal sealed class OrchestratorRequestCheck : ISectionCheck
{
    public string Section => "orchestrator_request";

    public void Check(VectorCase vector)
    {
        var request = (OrchestratorRequest)WireMessages.Compare(vector, "request");

        // Only an orchestrator off-chain takes a request without address and signature.
        var accepted = OrchestratorRequestSigning.IsAuthentic(request) || OrchestratorRequestSigning.IsOffChain(request);
        vector.Expect("valid", vector.Fields.Flag("valid"), accepted);
        if (vector.Fields.Has("privateKey"))
        {
            CheckSigning(vector, request);
        }
        else if (vector.Fields.Has("signedText"))
        {
            // The signature is the sender's, but over this text, which is not the one it has to be over.
            var signed = Keccak256.Hash(Encoding.UTF8.GetBytes(vector.Fields.Text("signedText")));
            var sender = Address.FromWire(request.Address.Span);
            vector.Expect("signature of signedText", expected: true, PersonalMessage.IsSignedBy(sender, signed, request.Sig.Span));
        }
    }

    private static void CheckSigning(VectorCase vector, OrchestratorRequest request)
    {
        using var key = EthereumKey.FromBytes(vector.Fields.Bytes("privateKey"));
        var signedText = vector.Fields.Text("signedText");
        vector.Expect("signedText", signedText, key.Address.ToString());
        vector.Expect("signedHash", vector.Fields.Bytes("signedHash"), OrchestratorRequestSigning.Hash(key.Address));
        vector.Expect("hash of signedText", vector.Fields.Bytes("signedHash"), Keccak256.Hash(Encoding.UTF8.GetBytes(signedText)));

        var made = OrchestratorRequestSigning.Create(key);
        vector.Expect("request.address", request.Address.Span, made.Address.Span);
        vector.Expect("request.sig", request.Sig.Span, made.Sig.Span);
    }
}
