using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Shared.Tests.Ethereum.Abi;

/// <summary>Bytes of strangers: what is refused, that nothing but the named error is thrown, and that little costs little.</summary>
public sealed class AbiDecodingTests
{
    private static readonly Gen<AbiType> s_elementary = Gen.OneOf(
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.UnsignedInteger(bytes * 8)),
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.SignedInteger(bytes * 8)),
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.FixedBytes(bytes)),
        Gen.Elements<AbiType>(new AbiType.Account(), new AbiType.Bool(), new AbiType.Bytes(), new AbiType.Text()));

    [Theory]
    [InlineData("uint8", "0000000000000000000000000000000000000000000000000000000000000100", "no uint8")]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080", "no int8")]
    [InlineData("address", "0000000000000000000000010000000000000000000000000000000000000000", "padding of a address")]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002", "not 0 or 1")]
    [InlineData("bytes3", "6162630000000000000000000000000000000000000000000000000000000001", "padding of a bytes3")]
    [InlineData("uint256", "00000000000000000000000000000000000000000000000000000000000000", "bytes end")]
    [InlineData("string", "0000000000000000000000000000000000000000000000000000000000000040", "speaks of")]
    [InlineData("uint256[][]", "000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000060", "beyond")]
    [InlineData("string", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "speaks of")]
    [InlineData("string", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001", "more than")]
    [InlineData("string", "000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000016101000000000000000000000000000000000000000000000000000000000000", "padding of a string")]
    [InlineData("string", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001ff00000000000000000000000000000000000000000000000000000000000000", "not UTF-8")]
    [InlineData("uint256[]", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000002ff00000000000000000000000000000000000000000000000000000000000000", "more than")]
    public void Bytes_that_are_not_the_type_are_refused_with_the_reason(string type, string bytes, string reason)
    {
        var parameters = AbiFunction.Parse($"f({type})").Inputs;

        var exception = Assert.Throws<AbiException>(() => AbiDecoder.Decode(parameters, Convert.FromHexString(bytes)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>An upgraded contract appends to what it returns.</summary>
    [Fact]
    public void Bytes_behind_the_last_value_are_let_be()
    {
        var function = AbiFunction.Parse("f() returns (uint256)");

        Assert.Equal(7, function.DecodeResult(new byte[31].Concat(new byte[] { 7, 1, 2, 3 }).ToArray())[0].AsNumber());
    }

    /// <summary>Each level's elements all point to the next level: 50 to the power of 5 values in 10 kilobytes.</summary>
    [Fact]
    public void Offsets_that_point_to_one_place_again_and_again_are_refused()
    {
        const int Count = 50;
        byte[] Word(int number) => Uint256.ToBytes(number);
        var level = Word(0);
        for (var depth = 0; depth < 5; depth++)
        {
            level = [.. Word(Count), .. Enumerable.Repeat(Word(Count * 32), Count).SelectMany(word => word), .. level];
        }

        var parameters = AbiFunction.Parse("f(uint256[][][][][][])").Inputs;
        var exception = Assert.Throws<AbiException>(() => AbiDecoder.Decode(parameters, (byte[])[.. Word(32), .. level]));

        Assert.Contains("more than one value", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_text_that_a_thousand_elements_share_is_refused()
    {
        const int Count = 1000;
        var text = AbiFunction.Parse("f(string)").EncodeCall(new string('x', 100_000))[36..];
        byte[] bytes =
        [
            .. Uint256.ToBytes(32), .. Uint256.ToBytes(Count),
            .. Enumerable.Repeat(Uint256.ToBytes(Count * 32), Count).SelectMany(word => word), .. text,
        ];

        var exception = Assert.Throws<AbiException>(() => AbiDecoder.Decode(AbiFunction.Parse("f(string[])").Inputs, bytes));

        Assert.Contains("more than one value", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_encoded_is_decoded_again()
    {
        var cases = from types in Types(3).NonEmptyListOf()
                    from values in InOrder(types)
                    select (Parameters: types.Select(type => new AbiParameter("", type)).ToArray(), Values: values);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var bytes = AbiEncoder.Encode(one.Parameters, one.Values);

            Assert.Equal(0, bytes.Length % AbiType.WordBytes);
            Assert.Equal(one.Values, AbiDecoder.Decode(one.Parameters, bytes));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Types_are_parsed_to_what_writes_them()
    {
        Prop.ForAll(Types(3).ToArbitrary(), type => Assert.Equal(type, AbiFunction.Parse($"f({type})").Inputs[0].Type)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_bytes_are_decoded_or_refused_by_name()
    {
        var word = Gen.OneOf(
            Gen.Choose(0, 300).Select(number => Uint256.ToBytes(number)),
            Gen.Choose(0, 10).Select(number => Uint256.ToBytes(number * AbiType.WordBytes)),
            Gen.Elements(Uint256.ToBytes(Uint256.Max), Uint256.ToBytes(int.MaxValue), Uint256.ToBytes(BigInteger.One << 32)));
        var cases = from type in Types(3)
                    from words in word.ListOf()
                    from cut in Gen.Choose(0, 5)
                    select (type, bytes: words.SelectMany(one => one).SkipLast(cut).ToArray());

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            try
            {
                _ = AbiDecoder.Decode([new AbiParameter("", one.type)], one.bytes);
            }
            catch (AbiException)
            {
                // Refused by name.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static Gen<AbiType> Types(int depth) => depth == 0
        ? s_elementary
        : Gen.OneOf(
            s_elementary,
            Types(depth - 1).Select(type => (AbiType)new AbiType.Array(type, null)),
            Types(depth - 1).Zip(Gen.Choose(1, 3)).Select(pair => (AbiType)new AbiType.Array(pair.Item1, pair.Item2)),
            Types(depth - 1).ArrayOf(2).Select(types => (AbiType)new AbiType.Tuple([.. types.Select(type => new AbiParameter("", type))])));

    private static Gen<AbiValue> ValueOf(AbiType type) => type switch
    {
        AbiType.UnsignedInteger unsigned => Bits().Select(bits => (AbiValue)(bits & unsigned.Max)),
        AbiType.SignedInteger signed => Bits().Select(bits => (AbiValue)((bits & ((signed.Max * 2) + 1)) + signed.Min)),
        AbiType.FixedBytes bytes => Random(bytes.Length).Select(random => (AbiValue)random),
        AbiType.Account => Random(Address.Bytes).Select(random => (AbiValue)Address.FromWire(random)),
        AbiType.Bool => Gen.Elements<AbiValue>(true, false),
        AbiType.Bytes => Gen.Choose(0, 70).SelectMany(Random).Select(random => (AbiValue)random),
        AbiType.Text => Gen.Elements<AbiValue>("", "a", "Straße 😀", new string('y', 64)),
        AbiType.Array { Length: { } length, Element: var element } => List(Enumerable.Repeat(element, length)),
        AbiType.Array { Element: var element } => Gen.Choose(0, 3).SelectMany(count => List(Enumerable.Repeat(element, count))),
        AbiType.Tuple tuple => List(tuple.Components.Select(component => component.Type)),
        _ => throw new InvalidOperationException($"no values of {type}"),
    };

    private static Gen<AbiValue> List(IEnumerable<AbiType> types) =>
        InOrder(types).Select(values => AbiValue.ListOf(values));

    private static Gen<AbiValue[]> InOrder(IEnumerable<AbiType> types) => types.Aggregate(
        Gen.Constant(Array.Empty<AbiValue>()),
        (before, type) => before.SelectMany(values => ValueOf(type).Select(value => (AbiValue[])[.. values, value])));

    private static Gen<BigInteger> Bits() => Random(Uint256.Bytes).Select(bytes => BigEndian.Read(bytes));

    private static Gen<byte[]> Random(int length) => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length);
}
