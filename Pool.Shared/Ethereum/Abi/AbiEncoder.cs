using System.Buffers;
using System.Numerics;
using System.Text;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>Writes values as the application binary interface has them: the fixed part in order, what has no fixed size behind it.</summary>
public static class AbiEncoder
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes the values of parameters, without a selector.</summary>
    /// <exception cref="AbiException">The values are not as many as the parameters, or one does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiParameter> parameters, IReadOnlyList<AbiValue> values)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(values);
        return parameters.Count == values.Count
            ? Sequence([.. parameters.Select(parameter => parameter.Type)], values)
            : throw new AbiException($"{values.Count} values are given for {parameters.Count} parameters");
    }

    /// <summary>Encodes one value in its place or behind it: of a static type that many words, of a dynamic one without the offset.</summary>
    internal static byte[] Value(AbiType type, AbiValue value) => type switch
    {
        AbiType.UnsignedInteger unsigned => Integer(type, value, BigInteger.Zero, unsigned.Max),
        AbiType.SignedInteger signed => Integer(type, value, signed.Min, signed.Max),
        AbiType.Account => Left(value.AsAddress().ToBytes()),
        AbiType.Bool => Left([value.AsFlag() ? (byte)1 : (byte)0]),
        AbiType.FixedBytes fixedBytes => Right(FixedBytes(fixedBytes, value.AsBytes())),
        AbiType.Bytes => Blob(value.AsBytes()),
        AbiType.Text => Blob(Utf8(value.AsText())),
        AbiType.Array array => Array(array, value.AsList()),
        AbiType.Tuple tuple => Encode(tuple.Components, value.AsList()),
        _ => throw new AbiException($"values of the type {type} cannot be encoded"),
    };

    private static byte[] Sequence(IReadOnlyList<AbiType> types, IReadOnlyList<AbiValue> values)
    {
        var headBytes = types.Sum(type => type.HeadBytes);
        var head = new ArrayBufferWriter<byte>();
        var tail = new ArrayBufferWriter<byte>();
        for (var index = 0; index < types.Count; index++)
        {
            var encoded = Value(types[index], values[index]);
            if (types[index].IsDynamic)
            {
                head.Write(Word(headBytes + tail.WrittenCount));
                tail.Write(encoded);
            }
            else
            {
                head.Write(encoded);
            }
        }

        return [.. head.WrittenSpan, .. tail.WrittenSpan];
    }

    private static byte[] Array(AbiType.Array array, IReadOnlyList<AbiValue> items)
    {
        if (array.Length is { } length && length != items.Count)
        {
            throw new AbiException($"{items.Count} elements are given for {array}");
        }

        var elements = Sequence([.. Enumerable.Repeat(array.Element, items.Count)], items);
        return array.Length is null ? [.. Word(items.Count), .. elements] : elements;
    }

    private static byte[] Integer(AbiType type, AbiValue value, BigInteger min, BigInteger max)
    {
        var number = value.AsNumber();
        return number >= min && number <= max
            ? Word(number)
            : throw new AbiException($"the number {number} does not fit into {type}");
    }

    /// <summary>A number as a word; a negative one in two's complement.</summary>
    private static byte[] Word(BigInteger number) => Uint256.ToBytes(number.Sign < 0 ? number + Uint256.Max + 1 : number);

    private static byte[] FixedBytes(AbiType.FixedBytes type, byte[] bytes) => bytes.Length == type.Length
        ? bytes
        : throw new AbiException($"{bytes.Length} bytes are given for {type}");

    private static byte[] Utf8(string text)
    {
        try
        {
            return s_strictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new AbiException("a text holds half a character", exception);
        }
    }

    private static byte[] Blob(byte[] bytes) => [.. Word(bytes.Length), .. Right(bytes)];

    private static byte[] Left(byte[] bytes) => [.. new byte[AbiType.WordBytes - bytes.Length], .. bytes];

    private static byte[] Right(byte[] bytes) => [.. bytes, .. new byte[Padding(bytes.Length)]];

    private static int Padding(int length) => (AbiType.WordBytes - (length % AbiType.WordBytes)) % AbiType.WordBytes;
}
