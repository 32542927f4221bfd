using Pool.Shared.Ethereum;

namespace Pool.Shared.Tests.Ethereum;

public sealed class EthereumKeyTests
{
    [Fact]
    public void New_keys_differ_and_their_signatures_are_theirs()
    {
        using var first = EthereumKey.Create();
        using var second = EthereumKey.Create();

        var signature = first.Sign("hello"u8);

        Assert.NotEqual(first.Address, second.Address);
        Assert.True(PersonalMessage.IsSignedBy(first.Address, "hello"u8, signature));
        Assert.False(PersonalMessage.IsSignedBy(second.Address, "hello"u8, signature));
        Assert.False(PersonalMessage.IsSignedBy(first.Address, "hullo"u8, signature));
    }

    [Fact]
    public void Exported_key_is_the_same_key_again()
    {
        using var key = EthereumKey.Create();
        using var again = EthereumKey.FromBytes(key.ExportBytes());

        Assert.Equal(key.Address, again.Address);
        Assert.Equal(key.Sign([1, 2, 3]), again.Sign([1, 2, 3]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void Bytes_that_are_no_key_are_refused(int length)
    {
        var exception = Assert.Throws<ArgumentException>(() => EthereumKey.FromBytes(new byte[length]));

        Assert.StartsWith("Not a private key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposed_key_signs_and_exports_nothing()
    {
        var key = EthereumKey.Create();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign([1]));
        Assert.Throws<ObjectDisposedException>(() => key.ExportBytes());
    }
}
