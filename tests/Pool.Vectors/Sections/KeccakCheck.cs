using Pool.Shared.Ethereum;

namespace Pool.Vectors.Sections;

/// <summary>Keccak-256, at once and in pieces.</summary>
internal sealed class KeccakCheck : ISectionCheck
{
    /// <summary>Sizes of pieces: a byte, less than a block, a block, more than a block.</summary>
    private static readonly int[] s_pieces = [1, 100, 136, 137];

    public string Section => "keccak";

    public void Check(VectorCase vector)
    {
        var data = vector.Fields.Bytes("data");
        var hash = vector.Fields.Bytes("hash");
        vector.Expect("hash", hash, Keccak256.Hash(data));

        var keccak = new Keccak256();
        foreach (var piece in s_pieces)
        {
            for (var start = 0; start < data.Length; start += piece)
            {
                keccak.Append(data.AsSpan(start, Math.Min(piece, data.Length - start)));
            }

            vector.Expect($"hash in pieces of {piece}", hash, keccak.Finish());
        }
    }
}
