using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Shared.Tests.Ethereum.Abi;

public sealed class RevertReasonTests
{
    private static readonly AbiError s_custom = AbiError.Parse("error InsufficientBalance(uint256 available, uint256 required)");

    [Fact]
    public void No_data_is_no_reason() => Assert.Equal("no reason given", RevertReason.Decode(default).ToString());

    [Fact]
    public void Text_is_read()
    {
        var data = AbiError.Parse("Error(string)").Encode("Not enough Ether provided.");

        Assert.Equal(
            "08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000001a4e6f7420656e6f7567682045746865722070726f76696465642e000000000000",
            Convert.ToHexStringLower(data));
        Assert.Equal(new RevertReason.Message("Not enough Ether provided."), RevertReason.Decode(data));
    }

    [Theory]
    [InlineData(0x01, "panic 0x01: assertion failed")]
    [InlineData(0x11, "panic 0x11: arithmetic overflow or underflow")]
    [InlineData(0x12, "panic 0x12: division or modulo by zero")]
    [InlineData(0x32, "panic 0x32: index out of bounds")]
    [InlineData(0x00, "panic 0x00: generic panic")]
    [InlineData(0x1234, "panic 0x1234: unknown panic")]
    public void Panic_is_named(int code, string expected) =>
        Assert.Equal(expected, RevertReason.Decode(AbiError.Parse("Panic(uint256)").Encode(code)).ToString());

    [Fact]
    public void Panic_with_a_huge_number_is_unknown() =>
        Assert.EndsWith("unknown panic", RevertReason.Decode(AbiError.Parse("Panic(uint256)").Encode(Uint256.Max)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Error_the_contract_declares_is_read_with_its_values_and_one_it_does_not_is_unknown()
    {
        Assert.Equal("0xcf479181", s_custom.Selector.ToString());
        var data = s_custom.Encode(3, 5);

        Assert.Equal("InsufficientBalance(available: 3, required: 5)", RevertReason.Decode(data, s_custom).ToString());
        Assert.StartsWith("unknown error 0xcf479181", RevertReason.Decode(data).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Error_that_is_cut_off_is_unknown()
    {
        var data = AbiError.Parse("Error(string)").Encode("cut");

        Assert.IsType<RevertReason.Unknown>(RevertReason.Decode(data.AsMemory(0, data.Length - 1)));
        Assert.IsType<RevertReason.Unknown>(RevertReason.Decode(data.AsMemory(0, 3)));
    }

    [Fact]
    public void Any_data_has_an_answer()
    {
        var selectors = Gen.Elements<byte[]>([], [0x08, 0xC3, 0x79, 0xA0], [0x4E, 0x48, 0x7B, 0x71], [0xCF, 0x47, 0x91, 0x81]);

        Prop.ForAll(selectors.Zip(ArbMap.Default.GeneratorFor<byte[]>()).ToArbitrary(), pair =>
            Assert.NotEmpty(RevertReason.Decode((byte[])[.. pair.Item1, .. pair.Item2], s_custom).ToString())).QuickCheckThrowOnFailure();
    }
}
