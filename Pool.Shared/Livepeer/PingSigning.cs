using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>An orchestrator's answer to a ping: the value, hashed and signed (protocol §3.8).</summary>
public static class PingSigning
{
    /// <summary>The pong to a ping's value; a node without a key answers with no bytes.</summary>
    public static byte[] Answer(EthereumKey? key, ReadOnlySpan<byte> value) => key is null ? [] : key.Sign(Keccak256.Hash(value));

    /// <summary>Whether <paramref name="orchestrator"/> answered this ping.</summary>
    public static bool IsAnsweredBy(Address orchestrator, ReadOnlySpan<byte> value, ReadOnlySpan<byte> pong) =>
        PersonalMessage.IsSignedBy(orchestrator, Keccak256.Hash(value), pong);
}
