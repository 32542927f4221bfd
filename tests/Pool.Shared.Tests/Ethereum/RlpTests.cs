using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Tests.Ethereum;

/// <summary>The examples of Ethereum's own documentation and tests (rlptest.json, invalidRLPTest.json), and random bytes.</summary>
public sealed class RlpTests
{
    private static readonly RlpItem s_empty = RlpItem.ListOf();

    public static TheoryData<string, string> Examples() => new()
    {
        { "dog", "83646f67" },
        { "", "80" },
        { "\0", "00" },
        { "\u007f", "7f" },
        { "Lorem ipsum dolor sit amet, consectetur adipisicing eli", "b74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c69" },
        { "Lorem ipsum dolor sit amet, consectetur adipisicing elit", "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974" },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Published_strings_are_encoded_and_decoded(string text, string encoded)
    {
        var item = RlpItem.Of(Encoding.ASCII.GetBytes(text));

        Assert.Equal(encoded, Hex(Rlp.Encode(item)));
        Assert.Equal(item, Rlp.Decode(Convert.FromHexString(encoded)));
    }

    [Theory]
    [InlineData("0", "80")]
    [InlineData("1", "01")]
    [InlineData("16", "10")]
    [InlineData("127", "7f")]
    [InlineData("128", "8180")]
    [InlineData("1000", "8203e8")]
    [InlineData("100000", "830186a0")]
    [InlineData("83729609699884896815286331701780722", "8f102030405060708090a0b0c0d0e0f2")]
    [InlineData("105315505618206987246253880190783558935785933862974822347068935681", "9c0100020003000400050006000700080009000a000b000c000d000e01")]
    public void Published_integers_are_encoded_and_decoded(string number, string encoded)
    {
        var value = BigInteger.Parse(number);

        Assert.Equal(encoded, Hex(Rlp.Encode(RlpItem.Of(value))));
        Assert.Equal(value, Rlp.Decode(Convert.FromHexString(encoded)).AsInteger(32));
    }

    [Fact]
    public void Published_lists_are_encoded_and_decoded()
    {
        var words = RlpItem.ListOf(RlpItem.Of("cat"u8), RlpItem.Of("dog"u8));
        var mixed = RlpItem.ListOf(RlpItem.Of("zw"u8), RlpItem.ListOf(RlpItem.Of(4)), RlpItem.Of(1));
        var setOfThree = RlpItem.ListOf(s_empty, RlpItem.ListOf(s_empty), RlpItem.ListOf(s_empty, RlpItem.ListOf(s_empty)));
        var row = RlpItem.ListOf(RlpItem.Of("asdf"u8), RlpItem.Of("qwer"u8), RlpItem.Of("zxcv"u8));
        var longList = RlpItem.ListOf(row, row, row, row);

        foreach (var (item, encoded) in new[]
        {
            (s_empty, "c0"), (words, "c88363617483646f67"), (mixed, "c6827a77c10401"), (setOfThree, "c7c0c1c0c3c0c1c0"),
            (longList, "f840" + string.Concat(Enumerable.Repeat("cf84617364668471776572847a786376", 4))),
        })
        {
            Assert.Equal(encoded, Hex(Rlp.Encode(item)));
            Assert.Equal(item, Rlp.Decode(Convert.FromHexString(encoded)));
        }
    }

    [Theory]
    [InlineData("", "end where")]
    [InlineData("83646f", "says that it has 3 bytes")]
    [InlineData("83646f6700", "1 bytes follow")]
    [InlineData("8100", "stands for itself")]
    [InlineData("817f", "stands for itself")]
    [InlineData("b800", "begins with a zero")]
    [InlineData("b801ff", "long form")]
    [InlineData("b837", "says that it has|long form")]
    [InlineData("b90038", "begins with a zero")]
    [InlineData("b8", "longer than the bytes")]
    [InlineData("bfffffffffffffffff", "longer than the bytes")]
    [InlineData("bbffffffff00", "says that it has 4294967295")]
    [InlineData("c102ff", "1 bytes follow")]
    [InlineData("c3c0c1", "says that it has")]
    [InlineData("f801c0", "long form")]
    [InlineData("ff0f000000000000021111", "longer than the bytes")]
    public void Bytes_out_of_the_canonical_form_are_refused_with_the_reason(string encoded, string reasons)
    {
        var exception = Assert.Throws<RlpException>(() => Rlp.Decode(Convert.FromHexString(encoded)));

        Assert.Contains(reasons.Split('|'), reason => exception.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_too_deep_are_refused()
    {
        var deep = s_empty;
        for (var depth = 1; depth < Rlp.MaxDepth; depth++)
        {
            deep = RlpItem.ListOf(deep);
        }

        Assert.Equal(deep, Rlp.Decode(Rlp.Encode(deep)));
        Assert.Contains("deep", Assert.Throws<RlpException>(() => Rlp.Decode(Rlp.Encode(RlpItem.ListOf(deep)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Item_of_the_other_kind_and_integer_with_leading_zero_or_too_long_are_refused()
    {
        Assert.Throws<RlpException>(() => s_empty.AsBytes());
        Assert.Throws<RlpException>(() => RlpItem.Of(1).AsList());
        Assert.Throws<RlpException>(() => RlpItem.Of([0, 1]).AsInteger(8));
        Assert.Throws<RlpException>(() => RlpItem.Of(256).AsInteger(1));
    }

    [Fact]
    public void Whatever_is_encoded_is_decoded_again()
    {
        Prop.ForAll(Items(3).ToArbitrary(), item => Assert.Equal(item, Rlp.Decode(Rlp.Encode(item)))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_bytes_are_decoded_to_what_encodes_to_them_or_refused_by_name()
    {
        var bytes = Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0x80, 0x81, 0xB8, 0xB9, 0xC0, 0xC1, 0xC2, 0xF8)).Select(value => (byte)value).ArrayOf();

        Prop.ForAll(bytes.ToArbitrary(), random =>
        {
            RlpItem item;
            try
            {
                item = Rlp.Decode(random);
            }
            catch (RlpException)
            {
                return;
            }

            Assert.Equal(random, Rlp.Encode(item));
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<RlpItem> Items(int depth)
    {
        var texts = ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => RlpItem.Of(bytes));
        return depth == 0 ? texts : Gen.OneOf(texts, Items(depth - 1).ListOf().Select(items => RlpItem.ListOf([.. items])));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
