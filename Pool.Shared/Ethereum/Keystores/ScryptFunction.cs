using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pool.Shared.Ethereum.Keystores;

/// <summary>
/// scrypt (RFC 7914). BouncyCastle's refuses r = 1 with an N of 65536 or more, which the published test vector of key stores has.
/// </summary>
internal static class ScryptFunction
{
    /// <summary>Words of Salsa20's block.</summary>
    private const int BlockWords = 16;

    /// <summary>Words of a chunk for each r: two of Salsa20's blocks.</summary>
    private const int ChunkWords = 2 * BlockWords;

    /// <summary>Rounds of Salsa20/8, two at a time.</summary>
    private const int DoubleRounds = 4;

    /// <summary>Derives a key; the caller has checked that the numbers are sensible.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelism, int length)
    {
        var words = ChunkWords * blockSize;
        var mixed = Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, 1, HashAlgorithmName.SHA256, parallelism * words * sizeof(uint));

        // Lanes follow one another, so they can use the same memory.
        var table = new uint[cost * words];
        for (var lane = 0; lane < parallelism; lane++)
        {
            Mix(mixed.AsSpan(lane * words * sizeof(uint), words * sizeof(uint)), table, words);
        }

        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(passphrase, mixed, 1, HashAlgorithmName.SHA256, length);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(mixed);
        }
    }

    /// <summary>scryptROMix: fills the table with what follows from the chunk, then reads it in an order nobody knows before.</summary>
    private static void Mix(Span<byte> chunk, Span<uint> table, int words)
    {
        var (state, next) = (new uint[words], new uint[words]);
        for (var i = 0; i < words; i++)
        {
            state[i] = BinaryPrimitives.ReadUInt32LittleEndian(chunk[(i * sizeof(uint))..]);
        }

        for (var at = 0; at < table.Length; at += words)
        {
            state.CopyTo(table[at..]);
            MixBlocks(state, next);
            (state, next) = (next, state);
        }

        var entries = table.Length / words;
        for (var step = 0; step < entries; step++)
        {
            // N is a power of two, so the lowest bits are the remainder.
            var entry = (int)(state[^BlockWords] & (uint)(entries - 1));
            Xor(state, table.Slice(entry * words, words));
            MixBlocks(state, next);
            (state, next) = (next, state);
        }

        for (var i = 0; i < words; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(chunk[(i * sizeof(uint))..], state[i]);
        }
    }

    /// <summary>scryptBlockMix: each block goes through Salsa20/8 with the one before; even ones come to stand first.</summary>
    private static void MixBlocks(ReadOnlySpan<uint> input, Span<uint> output)
    {
        Span<uint> block = stackalloc uint[BlockWords];
        input[^BlockWords..].CopyTo(block);
        var half = output.Length / 2;
        for (var (index, at) = (0, 0); at < input.Length; index++, at += BlockWords)
        {
            Xor(block, input.Slice(at, BlockWords));
            Salsa(block);
            block.CopyTo(output[(((index / 2) * BlockWords) + (index % 2 == 0 ? 0 : half))..]);
        }
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        var left = MemoryMarshal.Cast<uint, ulong>(target);
        var right = MemoryMarshal.Cast<uint, ulong>(other);
        for (var i = 0; i < left.Length; i++)
        {
            left[i] ^= right[i];
        }
    }

    private static void Salsa(Span<uint> block)
    {
        Span<uint> x = stackalloc uint[BlockWords];
        block.CopyTo(x);
        for (var round = 0; round < DoubleRounds; round++)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }

        for (var i = 0; i < BlockWords; i++)
        {
            block[i] += x[i];
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
