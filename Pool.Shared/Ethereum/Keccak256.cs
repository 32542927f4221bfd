using System.Buffers.Binary;

namespace Pool.Shared.Ethereum;

/// <summary>Keccak-256 as Ethereum uses it (the padding from before SHA-3 was standardised), fed piece by piece.</summary>
/// <remarks>Nothing is allocated while appending. Not safe for two threads at once.</remarks>
public sealed class Keccak256
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashBytes = 32;

    /// <summary>Bytes absorbed by one permutation.</summary>
    private const int RateBytes = 136;

    /// <summary>First padding bit; 0x06 would make it SHA3-256.</summary>
    private const byte PaddingStart = 0x01;

    private const byte PaddingEnd = 0x80;

    private readonly ulong[] _state = new ulong[KeccakPermutation.Lanes];
    private readonly byte[] _pending = new byte[RateBytes];
    private int _pendingBytes;

    /// <summary>Hash of one message that is wholly in hand.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var hash = new byte[HashBytes];
        Hash(message, hash);
        return hash;
    }

    /// <summary>Hash of one message that is wholly in hand, without allocating.</summary>
    /// <param name="message">The message.</param>
    /// <param name="destination">Receives the hash in its first 32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        Span<ulong> state = stackalloc ulong[KeccakPermutation.Lanes];
        state.Clear();
        var rest = AbsorbBlocks(state, message);
        Span<byte> last = stackalloc byte[RateBytes];
        rest.CopyTo(last);
        Squeeze(state, last, rest.Length, destination);
    }

    /// <summary>Adds bytes to the message.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_pendingBytes > 0)
        {
            var taken = Math.Min(RateBytes - _pendingBytes, data.Length);
            data[..taken].CopyTo(_pending.AsSpan(_pendingBytes));
            _pendingBytes += taken;
            data = data[taken..];
            if (_pendingBytes < RateBytes)
            {
                return;
            }

            AbsorbBlocks(_state, _pending);
            _pendingBytes = 0;
        }

        var rest = AbsorbBlocks(_state, data);
        rest.CopyTo(_pending);
        _pendingBytes = rest.Length;
    }

    /// <summary>The hash of everything appended; afterwards a new message begins.</summary>
    public byte[] Finish()
    {
        var hash = new byte[HashBytes];
        Finish(hash);
        return hash;
    }

    /// <summary>The hash of everything appended; afterwards a new message begins.</summary>
    /// <param name="destination">Receives the hash in its first 32 bytes.</param>
    public void Finish(Span<byte> destination)
    {
        Squeeze(_state, _pending, _pendingBytes, destination);
        Clear();
    }

    /// <summary>The hash of everything appended so far; the message may go on.</summary>
    public byte[] Peek()
    {
        Span<ulong> state = stackalloc ulong[KeccakPermutation.Lanes];
        _state.CopyTo(state);
        Span<byte> last = stackalloc byte[RateBytes];
        _pending.CopyTo(last);
        var hash = new byte[HashBytes];
        Squeeze(state, last, _pendingBytes, hash);
        return hash;
    }

    /// <summary>Forgets what was appended: a new message begins.</summary>
    public void Clear()
    {
        Array.Clear(_state);
        _pendingBytes = 0;
    }

    /// <summary>Absorbs as many whole blocks as there are and gives what is left over.</summary>
    private static ReadOnlySpan<byte> AbsorbBlocks(Span<ulong> state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= RateBytes)
        {
            KeccakPermutation.Absorb(state, data[..RateBytes]);
            data = data[RateBytes..];
        }

        return data;
    }

    private static void Squeeze(Span<ulong> state, Span<byte> lastBlock, int used, Span<byte> destination)
    {
        lastBlock[used..].Clear();
        lastBlock[used] = PaddingStart;
        lastBlock[RateBytes - 1] |= PaddingEnd;
        KeccakPermutation.Absorb(state, lastBlock);
        for (var lane = 0; lane < HashBytes / sizeof(ulong); lane++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(lane * sizeof(ulong))..], state[lane]);
        }
    }
}
