using System.Numerics;

namespace Pool.Shared.Ethereum;

/// <summary>What RLP encodes: a string of bytes, or a list of such things (Ethereum's Yellow Paper, appendix B).</summary>
public abstract record RlpItem
{
    private RlpItem()
    {
    }

    /// <summary>An integer as RLP has it: big-endian, without leading zeros, zero is the empty string.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The integer is negative.</exception>
    public static RlpItem Of(BigInteger value) => new Text(BigEndian.Minimal(value));

    /// <summary>A string of bytes.</summary>
    public static RlpItem Of(ReadOnlySpan<byte> bytes) => new Text(bytes.ToArray());

    /// <summary>A list.</summary>
    public static RlpItem ListOf(params IReadOnlyList<RlpItem> items) => new List(items);

    /// <summary>The bytes of a string.</summary>
    /// <exception cref="RlpException">It is a list.</exception>
    public byte[] AsBytes() => this is Text text ? text.Bytes : throw new RlpException("a list stands where a string of bytes belongs");

    /// <summary>The items of a list.</summary>
    /// <exception cref="RlpException">It is a string.</exception>
    public IReadOnlyList<RlpItem> AsList() =>
        this is List list ? list.Items : throw new RlpException("a string of bytes stands where a list belongs");

    /// <summary>The integer a string stands for.</summary>
    /// <param name="maxBytes">How many bytes it may have.</param>
    /// <exception cref="RlpException">It is a list, has leading zeros, or is too long.</exception>
    public BigInteger AsInteger(int maxBytes)
    {
        var bytes = AsBytes();
        if (bytes.Length > maxBytes)
        {
            throw new RlpException($"an integer has {bytes.Length} bytes, {maxBytes} is the most");
        }

        return bytes is [0, ..] ? throw new RlpException("an integer begins with a zero byte") : BigEndian.Read(bytes);
    }

    /// <summary>A string of bytes.</summary>
    public sealed record Text(byte[] Bytes) : RlpItem
    {
        public bool Equals(Text? other) => other is not null && Bytes.AsSpan().SequenceEqual(other.Bytes);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Bytes);
            return hash.ToHashCode();
        }

        public override string ToString() => "0x" + Convert.ToHexStringLower(Bytes);
    }

    /// <summary>A list of items.</summary>
    public sealed record List(IReadOnlyList<RlpItem> Items) : RlpItem
    {
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);

        public override string ToString() => $"[{string.Join(", ", Items)}]";
    }
}
