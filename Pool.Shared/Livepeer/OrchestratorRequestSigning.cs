using System.Text;
using Google.Protobuf;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>A gateway's proof of its address when it asks for an orchestrator's terms (protocol §3.2).</summary>
/// <remarks>There is neither nonce nor time in it: a gateway makes it once and uses it for ever.</remarks>
public static class OrchestratorRequestSigning
{
    /// <summary>The hash that is signed: of the address's EIP-55 text.</summary>
    public static byte[] Hash(Address gateway) => Keccak256.Hash(Encoding.ASCII.GetBytes(gateway.ToString()));

    /// <summary>A request signed by a gateway, without capabilities.</summary>
    public static Wire.OrchestratorRequest Create(EthereumKey gateway)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        return new Wire.OrchestratorRequest
        {
            Address = ByteString.CopyFrom(gateway.Address.ToBytes()),
            Sig = ByteString.CopyFrom(gateway.Sign(Hash(gateway.Address))),
        };
    }

    /// <summary>The request of a gateway without a key: the zero address and no signature.</summary>
    public static Wire.OrchestratorRequest CreateOffChain() => new() { Address = ByteString.CopyFrom(Address.Zero.ToBytes()) };

    /// <summary>Whether a request is one of a gateway without a key, which orchestrators off-chain accept and no others.</summary>
    public static bool IsOffChain(Wire.OrchestratorRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Sig.IsEmpty && Address.FromWire(request.Address.Span).IsZero;
    }

    /// <summary>Whether the address in a request signed it.</summary>
    public static bool IsAuthentic(Wire.OrchestratorRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = Address.FromWire(request.Address.Span);
        return PersonalMessage.IsSignedBy(address, Hash(address), request.Sig.Span);
    }
}
