using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Tests.Ethereum;

public sealed class AddressTests
{
    private const string Checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void Checksummed_address_of_the_standard_is_read_and_written_alike(string text)
    {
        Assert.True(Address.TryParse(text, out var address, out _));

        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void Address_in_one_case_is_read_and_written_with_its_checksum()
    {
        Assert.True(Address.TryParse(Checksummed.ToLowerInvariant(), out var lower, out _));
        Assert.True(Address.TryParse("0x" + Checksummed[2..].ToUpperInvariant(), out var upper, out _));

        Assert.Equal(Checksummed, lower.ToString());
        Assert.Equal(lower, upper);
    }

    [Fact]
    public void Wrong_checksum_is_refused_and_the_right_one_shown()
    {
        var wrong = Checksummed.Replace("aA", "Aa", StringComparison.Ordinal);

        Assert.False(Address.TryParse(wrong, out var address, out var error));

        Assert.True(address.IsZero);
        Assert.Contains(wrong, error, StringComparison.Ordinal);
        Assert.Contains($"written {Checksummed}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is empty")]
    [InlineData("  ", "is empty")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "does not begin with 0x")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "has 39 hex digits after 0x instead of 40")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", "has 41 hex digits after 0x instead of 40")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", "no hex digit")]
    public void Text_that_is_no_address_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(Address.TryParse(text, out _, out var error));

        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pasted_novel_is_not_repeated_whole_in_the_error()
    {
        Assert.False(Address.TryParse(new string('x', 1_000_000), out _, out var error));

        Assert.InRange(error.Length, 1, 200);
    }

    [Fact]
    public void Wire_bytes_that_are_too_many_keep_the_last_twenty_and_too_few_stand_right()
    {
        byte[] twenty = [.. Enumerable.Range(1, 20).Select(value => (byte)value)];

        Assert.Equal(Address.FromWire(twenty), Address.FromWire([9, 9, 9, .. twenty]));
        Assert.Equal([.. new byte[19], 7], Address.FromWire([7]).ToBytes());
        Assert.Equal(Address.Zero, Address.FromWire([]));
    }

    [Fact]
    public void Every_address_survives_its_text() => Check.QuickThrowOnFailure(Prop.ForAll(Addresses(), bytes =>
        Address.TryParse(Address.FromWire(bytes).ToString(), out var parsed, out _) && parsed.ToBytes().SequenceEqual(bytes)));

    [Fact]
    public void Addresses_compare_as_their_bytes_do() => Check.QuickThrowOnFailure(Prop.ForAll(Addresses(), Addresses(), (left, right) =>
        Math.Sign(Address.FromWire(left).CompareTo(Address.FromWire(right))) == Math.Sign(left.AsSpan().SequenceCompareTo(right)) &&
        Address.FromWire(left) == Address.FromWire(right) == left.SequenceEqual(right)));

    /// <summary>Bytes of few values, so that equal beginnings happen.</summary>
    private static Arbitrary<byte[]> Addresses() =>
        Gen.Elements((byte)0, (byte)1, (byte)0x7F, (byte)0x80, (byte)0xAB, (byte)0xFF).ArrayOf(Address.Bytes).ToArbitrary();
}
