using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>What an orchestrator signs of a result (protocol §4.8): the hash of its renditions' hashes, not hashed once more.</summary>
public static class ResultSigning
{
    /// <summary>The hash that is signed.</summary>
    /// <param name="renditionHashes">Keccak-256 of every rendition, in the order of the job's profiles.</param>
    public static byte[] Hash(IEnumerable<byte[]> renditionHashes)
    {
        ArgumentNullException.ThrowIfNull(renditionHashes);
        var keccak = new Keccak256();
        foreach (var hash in renditionHashes)
        {
            Lengths.Require(hash, Keccak256.HashBytes, nameof(renditionHashes));
            keccak.Append(hash);
        }

        return keccak.Finish();
    }

    /// <summary>An orchestrator's signature over its renditions.</summary>
    public static byte[] Sign(EthereumKey key, IEnumerable<byte[]> renditionHashes)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(Hash(renditionHashes));
    }

    /// <summary>Whether <paramref name="orchestrator"/> signed these renditions.</summary>
    public static bool IsSignedBy(Address orchestrator, IEnumerable<byte[]> renditionHashes, ReadOnlySpan<byte> signature) =>
        PersonalMessage.IsSignedBy(orchestrator, Hash(renditionHashes), signature);
}
