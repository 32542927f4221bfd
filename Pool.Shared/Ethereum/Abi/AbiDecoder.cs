using System.Numerics;
using System.Text;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>
/// Reads values of the application binary interface from bytes that may come from anybody. Numbers out of their type's range, padding that
/// is not zero, offsets and lengths beyond the bytes are refused. Bytes behind the last value are let be: contracts that are upgraded
/// append to what they return.
/// </summary>
public sealed class AbiDecoder
{
    private const int WordBytes = AbiType.WordBytes;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _bytes;

    // Offsets may point anywhere, so a few bytes could be read as any number of values. Nobody but an attacker lets two offsets point to
    // one place: every value costs the words it takes, and there are no more to spend than there are words.
    private int _wordsLeft;

    private AbiDecoder(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        _wordsLeft = bytes.Length / WordBytes;
    }

    /// <summary>Decodes the values of parameters, without a selector.</summary>
    /// <exception cref="AbiException">The bytes are not values of these types; the message says which and why.</exception>
    public static AbiArguments Decode(IReadOnlyList<AbiParameter> parameters, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new AbiArguments(parameters, new AbiDecoder(bytes).Components(parameters, 0));
    }

    private List<AbiValue> Components(IReadOnlyList<AbiParameter> parameters, int start)
    {
        var values = new List<AbiValue>(parameters.Count);
        var place = start;
        foreach (var parameter in parameters)
        {
            values.Add(InPlace(parameter.Type, start, place));
            place += parameter.Type.HeadBytes;
        }

        return values;
    }

    private List<AbiValue> Elements(AbiType type, int count, int start)
    {
        var values = new List<AbiValue>();
        for (var index = 0; index < count; index++)
        {
            values.Add(InPlace(type, start, start + (index * type.HeadBytes)));
        }

        return values;
    }

    /// <summary>The value at a place, which for a dynamic type holds the offset from where the sequence starts.</summary>
    private AbiValue InPlace(AbiType type, int start, int place)
    {
        if (!type.IsDynamic)
        {
            return Value(type, place);
        }

        var offset = Size(place, type);
        return offset <= _bytes.Length - start
            ? Value(type, start + offset)
            : throw new AbiException($"the offset {offset} of a {type} is beyond the {_bytes.Length - start} bytes");
    }

    private AbiValue Value(AbiType type, int at) => type switch
    {
        AbiType.UnsignedInteger unsigned => Unsigned(unsigned, at),
        AbiType.SignedInteger signed => Signed(signed, at),
        AbiType.Account => Address.FromWire(Padded(at, WordBytes - Address.Bytes, WordBytes, type)),
        AbiType.Bool => Flag(at, type),
        AbiType.FixedBytes bytes => Padded(at, 0, bytes.Length, type).ToArray(),
        AbiType.Bytes => Blob(at, type).ToArray(),
        AbiType.Text => Text(at, type),
        AbiType.Array array => Array(array, at),
        AbiType.Tuple tuple => new AbiValue.List(Components(tuple.Components, at)),
        _ => throw new AbiException($"values of the type {type} cannot be decoded"),
    };

    private AbiValue.List Array(AbiType.Array array, int at)
    {
        if (array.Length is { } length)
        {
            return new AbiValue.List(Elements(array.Element, length, at));
        }

        var count = Size(at, array);
        var start = at + WordBytes;
        return count <= (_bytes.Length - start) / array.Element.HeadBytes
            ? new AbiValue.List(Elements(array.Element, count, start))
            : throw new AbiException($"{count} elements of a {array} are more than the {_bytes.Length - start} bytes hold");
    }

    private AbiValue Unsigned(AbiType.UnsignedInteger type, int at)
    {
        var number = BigEndian.Read(Word(at, type));
        return number <= type.Max ? number : throw new AbiException($"the number {number} is no {type}");
    }

    private AbiValue Signed(AbiType.SignedInteger type, int at)
    {
        var number = new BigInteger(Word(at, type), isUnsigned: false, isBigEndian: true);
        return number >= type.Min && number <= type.Max ? number : throw new AbiException($"the number {number} is no {type}");
    }

    private AbiValue Flag(int at, AbiType type)
    {
        var flag = Padded(at, WordBytes - 1, WordBytes, type)[0];
        return flag <= 1 ? flag == 1 : throw new AbiException($"a bool is {flag}, not 0 or 1");
    }

    private AbiValue Text(int at, AbiType type)
    {
        try
        {
            return s_strictUtf8.GetString(Blob(at, type));
        }
        catch (DecoderFallbackException exception)
        {
            throw new AbiException("a string is not UTF-8", exception);
        }
    }

    private ReadOnlySpan<byte> Blob(int at, AbiType type)
    {
        var length = Size(at, type);
        var start = at + WordBytes;
        var words = (length / WordBytes) + (length % WordBytes == 0 ? 0 : 1);
        if (words > (_bytes.Length - start) / WordBytes)
        {
            throw new AbiException($"{length} bytes of a {type} are more than the {_bytes.Length - start} there are");
        }

        Spend(words);
        var padded = _bytes.Span.Slice(start, words * WordBytes);
        return padded[length..].ContainsAnyExcept((byte)0)
            ? throw new AbiException($"the padding of a {type} is not zero")
            : padded[..length];
    }

    /// <summary>A word that is zero but for one part, and this part.</summary>
    private ReadOnlySpan<byte> Padded(int at, int from, int to, AbiType type)
    {
        var word = Word(at, type);
        return word[..from].ContainsAnyExcept((byte)0) || word[to..].ContainsAnyExcept((byte)0)
            ? throw new AbiException($"the padding of a {type} is not zero")
            : word[from..to];
    }

    /// <summary>A word that says how many there are or where they are.</summary>
    private int Size(int at, AbiType type)
    {
        var size = BigEndian.Read(Word(at, type));
        return size <= _bytes.Length
            ? (int)size
            : throw new AbiException($"a {type} speaks of {size} where there are {_bytes.Length} bytes");
    }

    private ReadOnlySpan<byte> Word(int at, AbiType type)
    {
        if (at > _bytes.Length - WordBytes)
        {
            throw new AbiException($"the bytes end after {_bytes.Length}, before a {type} at {at}");
        }

        Spend(1);
        return _bytes.Span.Slice(at, WordBytes);
    }

    private void Spend(int words)
    {
        _wordsLeft -= words;
        if (_wordsLeft < 0)
        {
            throw new AbiException("the same bytes are used for more than one value");
        }
    }
}
