using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Shared.Tests.Ethereum.Abi;

/// <summary>The examples of Solidity's ABI specification, and what does not fit.</summary>
public sealed class AbiEncodingTests
{
    public static TheoryData<string, AbiValue, string> SolidityExamples() => new()
    {
        { "baz(uint32,bool)", AbiValue.ListOf(69, true), "cdcd77c0" + Words("45", "1") },
        { "bar(bytes3[2])", AbiValue.ListOf(AbiValue.ListOf("abc"u8.ToArray(), "def"u8.ToArray())), "fce353f6" + Words("616263>", "646566>") },
        {
            "sam(bytes,bool,uint256[])", AbiValue.ListOf("dave"u8.ToArray(), true, AbiValue.ListOf(1, 2, 3)),
            "a5643bf2" + Words("60", "1", "a0", "4", "64617665>", "3", "1", "2", "3")
        },
        {
            "f(uint256,uint32[],bytes10,bytes)",
            AbiValue.ListOf(0x123, AbiValue.ListOf(0x456, 0x789), "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray()),
            "8be65246" + Words("123", "80", "31323334353637383930>", "e0", "2", "456", "789", "d", "48656c6c6f2c20776f726c6421>")
        },
        {
            "g(uint256[][],string[])",
            AbiValue.ListOf(AbiValue.ListOf(AbiValue.ListOf(1, 2), AbiValue.ListOf(3)), AbiValue.ListOf("one", "two", "three")),
            "2289b18c" + Words(
                "40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0", "3", "6f6e65>", "3", "74776f>", "5", "7468726565>")
        },
    };

    [Theory]
    [MemberData(nameof(SolidityExamples))]
    public void Examples_of_the_specification_are_encoded_and_decoded(string signature, AbiValue arguments, string expected)
    {
        var function = AbiFunction.Parse(signature);

        Assert.Equal(expected, Convert.ToHexStringLower(function.EncodeCall(arguments.AsList())));
        Assert.Equal(arguments.AsList(), function.DecodeCall(Convert.FromHexString(expected)));
    }

    [Theory]
    [InlineData("int8", -1, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("int8", -128, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80")]
    [InlineData("int8", 127, "000000000000000000000000000000000000000000000000000000000000007f")]
    [InlineData("int256", -2, "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe")]
    public void Negative_numbers_are_twos_complement(string type, int number, string expected)
    {
        var function = AbiFunction.Parse($"f({type})");

        Assert.Equal(expected, Convert.ToHexStringLower(function.EncodeCall(number)[AbiSelector.Length..]));
        Assert.Equal(number, function.DecodeCall(function.EncodeCall(number))[0].AsNumber());
    }

    [Fact]
    public void Tuple_with_dynamic_parts_in_an_array_survives()
    {
        var function = AbiFunction.Parse("f((uint8 kind, (string name, address[2] owners)[] rows)[] tables, bytes tail)");
        AbiValue row = AbiValue.ListOf("row", AbiValue.ListOf(Address.Zero, Address.FromWire([1])));
        AbiValue[] arguments =
        [
            AbiValue.ListOf(AbiValue.ListOf(7, AbiValue.ListOf(row, row)), AbiValue.ListOf(8, AbiValue.ListOf())), new byte[33],
        ];

        Assert.Equal("f((uint8,(string,address[2])[])[],bytes)", function.Signature);
        Assert.Equal(arguments, function.DecodeCall(function.EncodeCall(arguments)));
    }

    [Theory]
    [InlineData("uint8", "256", "does not fit")]
    [InlineData("uint8", "-1", "does not fit")]
    [InlineData("int8", "128", "does not fit")]
    [InlineData("int8", "-129", "does not fit")]
    [InlineData("uint256", "115792089237316195423570985008687907853269984665640564039457584007913129639936", "does not fit")]
    [InlineData("bool", "1", "a number instead of a truth value")]
    [InlineData("string", "1", "a number instead of a text")]
    [InlineData("address", "1", "a number instead of an address")]
    [InlineData("uint8[]", "1", "a number instead of a list")]
    public void Value_that_does_not_fit_its_type_is_refused(string type, string number, string reason)
    {
        var function = AbiFunction.Parse($"f({type})");

        var exception = Assert.Throws<AbiException>(() => function.EncodeCall(BigInteger.Parse(number)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_number_of_values_elements_or_bytes_is_refused()
    {
        Assert.Throws<AbiException>(() => AbiFunction.Parse("f(uint8)").EncodeCall());
        Assert.Throws<AbiException>(() => AbiFunction.Parse("f(uint8[2])").EncodeCall(AbiValue.ListOf(1)));
        Assert.Throws<AbiException>(() => AbiFunction.Parse("f(bytes4)").EncodeCall(new byte[3]));
        Assert.Throws<AbiException>(() => AbiFunction.Parse("f((uint8,uint8))").EncodeCall(AbiValue.ListOf(1)));
        Assert.Throws<AbiException>(() => AbiFunction.Parse("f(string)").EncodeCall("\ud800"));
    }

    [Fact]
    public void Value_asked_for_as_another_kind_is_refused_with_both_kinds_named()
    {
        AbiValue text = "hello";

        Assert.Equal("the value is a text instead of a number", Assert.Throws<AbiException>(() => text.AsWei()).Message);
        Assert.Throws<AbiException>(() => ((AbiValue)(-1)).AsWei());
        Assert.Throws<AbiException>(() => ((AbiValue)(BigInteger.One << 64)).AsUInt64());
        Assert.Throws<AbiException>(() => ((AbiValue)new byte[31]).AsBytes32());
    }

    /// <summary>Words in hex: padded on the left, or on the right when a &gt; stands behind.</summary>
    private static string Words(params string[] words) =>
        string.Concat(words.Select(word => word.EndsWith('>') ? word[..^1].PadRight(64, '0') : word.PadLeft(64, '0')));
}
