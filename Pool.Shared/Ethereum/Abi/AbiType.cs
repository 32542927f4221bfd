using System.Numerics;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>A type of Solidity's application binary interface. Fixed-point numbers and function references are not among them.</summary>
public abstract record AbiType
{
    /// <summary>Bytes of a word, the unit of the encoding.</summary>
    public const int WordBytes = 32;

    /// <summary>How deep arrays and tuples may nest; the deepest of the network's contracts is 2.</summary>
    public const int MaxDepth = 16;

    /// <summary>Largest type of fixed size, in words: more than any call on any chain carries.</summary>
    public const int MaxStaticWords = 1 << 16;

    /// <summary>How many components a tuple, and parameters a function, an event or an error may have.</summary>
    public const int MaxComponents = 256;

    private AbiType(string name, int? staticWords, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new AbiException($"a type is more than {MaxDepth} deep");
        }

        if (staticWords is < 0 or > MaxStaticWords)
        {
            throw new AbiException($"the type {name} has more than {MaxStaticWords} words");
        }

        (Name, StaticWords, Depth) = (name, staticWords, depth);
    }

    /// <summary>The canonical name, as it stands in signatures.</summary>
    public string Name { get; }

    /// <summary>Whether the size depends on the value: then an offset stands in its place and the value behind.</summary>
    public bool IsDynamic => StaticWords is null;

    /// <summary>Bytes it takes in its place: of a dynamic type the offset's.</summary>
    internal int HeadBytes => (StaticWords ?? 1) * WordBytes;

    private int? StaticWords { get; }

    private int Depth { get; }

    /// <summary>The canonical name.</summary>
    public sealed override string ToString() => Name;

    /// <summary><c>uint8</c> to <c>uint256</c>.</summary>
    public sealed record UnsignedInteger : AbiType
    {
        /// <param name="bits">A multiple of 8 from 8 to 256.</param>
        public UnsignedInteger(int bits)
            : base($"uint{Checked(bits)}", 1) => Max = (BigInteger.One << bits) - 1;

        /// <summary>The largest value.</summary>
        public BigInteger Max { get; }
    }

    /// <summary><c>int8</c> to <c>int256</c>.</summary>
    public sealed record SignedInteger : AbiType
    {
        /// <param name="bits">A multiple of 8 from 8 to 256.</param>
        public SignedInteger(int bits)
            : base($"int{Checked(bits)}", 1) => Max = (BigInteger.One << (bits - 1)) - 1;

        /// <summary>The largest value.</summary>
        public BigInteger Max { get; }

        /// <summary>The smallest value.</summary>
        public BigInteger Min => -Max - 1;
    }

    /// <summary><c>address</c>.</summary>
    public sealed record Account() : AbiType("address", 1);

    /// <summary><c>bool</c>.</summary>
    public sealed record Bool() : AbiType("bool", 1);

    /// <summary><c>bytes1</c> to <c>bytes32</c>.</summary>
    public sealed record FixedBytes : AbiType
    {
        /// <param name="length">From 1 to 32.</param>
        public FixedBytes(int length)
            : base($"bytes{length}", 1) =>
            Length = length is >= 1 and <= WordBytes ? length : throw new AbiException($"there is no type bytes{length}");

        public int Length { get; }
    }

    /// <summary><c>bytes</c>.</summary>
    public sealed record Bytes() : AbiType("bytes", null);

    /// <summary><c>string</c>, in UTF-8.</summary>
    public sealed record Text() : AbiType("string", null);

    /// <summary>An array, of fixed length (<c>T[3]</c>) or of any (<c>T[]</c>).</summary>
    public sealed record Array : AbiType
    {
        public Array(AbiType element, int? length)
            : base($"{element}[{length}]", Words(element, length), element.Depth + 1) => (Element, Length) = (element, length);

        public AbiType Element { get; }

        /// <summary>Number of elements; null when each value has its own.</summary>
        public int? Length { get; }

        private static int? Words(AbiType element, int? length) => length switch
        {
            null => null,
            < 1 or > MaxStaticWords => throw new AbiException($"an array of {length} elements"),
            _ => element.StaticWords is { } words ? (int)Math.Min((long)words * length.Value, int.MaxValue) : null,
        };
    }

    /// <summary>A tuple, which is what a struct is encoded as.</summary>
    public sealed record Tuple : AbiType
    {
        public Tuple(IReadOnlyList<AbiParameter> components)
            : base($"({string.Join(',', components.Select(component => component.Type))})", Words(components), DepthOf(components)) =>
            Components = components;

        public IReadOnlyList<AbiParameter> Components { get; }

        public bool Equals(Tuple? other) => other is not null && Components.SequenceEqual(other.Components);

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

        private static int? Words(IReadOnlyList<AbiParameter> components)
        {
            if (components.Count is 0 or > MaxComponents)
            {
                throw new AbiException($"a tuple of {components.Count} components, 1 to {MaxComponents} are accepted");
            }

            return components.Any(component => component.Type.IsDynamic)
                ? null
                : components.Aggregate(0, (sum, component) => Math.Min(sum + (component.Type.HeadBytes / WordBytes), MaxStaticWords + 1));
        }

        private static int DepthOf(IReadOnlyList<AbiParameter> components) => 1 + components.Max(component => component.Type.Depth);
    }

    private static int Checked(int bits) => bits is >= 8 and <= 256 && bits % 8 == 0
        ? bits
        : throw new AbiException($"there are no integers of {bits} bits");
}

/// <summary>A parameter of a function, an event or an error, or a component of a tuple.</summary>
/// <param name="Name">Its name; empty when it has none.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsIndexed">Of an event's parameter: whether it stands in the topics, where logs can be searched for it.</param>
public sealed record AbiParameter(string Name, AbiType Type, bool IsIndexed = false);
