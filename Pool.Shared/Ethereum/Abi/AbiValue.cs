using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>A value of one of the types of the application binary interface.</summary>
public abstract record AbiValue
{
    private AbiValue()
    {
    }

    public static implicit operator AbiValue(BigInteger value) => new Number(value);

    public static implicit operator AbiValue(long value) => new Number(value);

    public static implicit operator AbiValue(Wei value) => new Number(value.Value);

    public static implicit operator AbiValue(LptWei value) => new Number(value.Value);

    public static implicit operator AbiValue(Address value) => new Account(value);

    public static implicit operator AbiValue(bool value) => new Flag(value);

    public static implicit operator AbiValue(byte[] value) => new Binary(value);

    public static implicit operator AbiValue(Bytes32 value) => new Binary(value.ToBytes());

    public static implicit operator AbiValue(string value) => new Text(value);

    /// <summary>An array, or a tuple.</summary>
    public static AbiValue ListOf(params IReadOnlyList<AbiValue> items) => new List(items);

    /// <exception cref="AbiException">It is something else.</exception>
    public BigInteger AsNumber() => this is Number number ? number.Value : throw Mismatch("a number");

    /// <exception cref="AbiException">It is something else, or out of range.</exception>
    public Wei AsWei() => new(AsUnsigned(Uint256.Max));

    /// <exception cref="AbiException">It is something else, or out of range.</exception>
    public LptWei AsLptWei() => new(AsUnsigned(Uint256.Max));

    /// <exception cref="AbiException">It is something else, or out of range.</exception>
    public ulong AsUInt64() => (ulong)AsUnsigned(ulong.MaxValue);

    /// <exception cref="AbiException">It is something else.</exception>
    public Address AsAddress() => this is Account account ? account.Value : throw Mismatch("an address");

    /// <exception cref="AbiException">It is something else.</exception>
    public bool AsFlag() => this is Flag flag ? flag.Value : throw Mismatch("a truth value");

    /// <exception cref="AbiException">It is something else.</exception>
    public byte[] AsBytes() => this is Binary binary ? binary.Value : throw Mismatch("bytes");

    /// <exception cref="AbiException">It is something else, or not 32 bytes.</exception>
    public Bytes32 AsBytes32() => AsBytes() is { Length: Bytes32.Length } bytes ? new Bytes32(bytes) : throw Mismatch("32 bytes");

    /// <exception cref="AbiException">It is something else.</exception>
    public string AsText() => this is Text text ? text.Value : throw Mismatch("a text");

    /// <exception cref="AbiException">It is something else.</exception>
    public IReadOnlyList<AbiValue> AsList() => this is List list ? list.Items : throw Mismatch("a list");

    private BigInteger AsUnsigned(BigInteger max)
    {
        var number = AsNumber();
        return number.Sign >= 0 && number <= max ? number : throw new AbiException($"the number {number} is not between 0 and {max}");
    }

    private AbiException Mismatch(string expected) => new($"the value is {Kind()} instead of {expected}");

    private string Kind() => this switch
    {
        Number => "a number",
        Account => "an address",
        Flag => "a truth value",
        Binary binary => $"{binary.Value.Length} bytes",
        Text => "a text",
        List => "a list",
        _ => "the hash of a value",
    };

    /// <summary>A number of any integer type.</summary>
    public sealed record Number(BigInteger Value) : AbiValue
    {
        public override string ToString() => Value.ToString();
    }

    /// <summary>An address.</summary>
    public sealed record Account(Address Value) : AbiValue
    {
        public override string ToString() => Value.ToString();
    }

    /// <summary>A truth value.</summary>
    public sealed record Flag(bool Value) : AbiValue
    {
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>Bytes of fixed or of any number.</summary>
    public sealed record Binary(byte[] Value) : AbiValue
    {
        public bool Equals(Binary? other) => other is not null && Value.AsSpan().SequenceEqual(other.Value);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Value);
            return hash.ToHashCode();
        }

        public override string ToString() => "0x" + Convert.ToHexStringLower(Value);
    }

    /// <summary>A text.</summary>
    public sealed record Text(string Value) : AbiValue
    {
        public override string ToString() => Value;
    }

    /// <summary>The elements of an array, or the components of a tuple.</summary>
    public sealed record List(IReadOnlyList<AbiValue> Items) : AbiValue
    {
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Aggregate(Items.Count, HashCode.Combine);

        public override string ToString() => $"[{string.Join(", ", Items)}]";
    }

    /// <summary>Of an indexed parameter that does not fit into a topic: the hash that stands there instead of it.</summary>
    public sealed record Hashed(Bytes32 Hash) : AbiValue
    {
        public override string ToString() => $"hash {Hash}";
    }
}
