using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class PoolAddressTests
{
    [Theory]
    [InlineData("https://pool.example", "pool.example", "wss://pool.example/hubs/worker")]
    [InlineData("https://Pool.Example:443/", "pool.example", "wss://pool.example/hubs/worker")]
    [InlineData("http://127.0.0.1:8936", "127.0.0.1:8936", "ws://127.0.0.1:8936/hubs/worker")]
    [InlineData("https://pool.example:8443/a/b/", "pool.example:8443", "wss://pool.example:8443/a/b/hubs/worker")]
    [InlineData("http://[::1]:80", "[::1]", "ws://[::1]/hubs/worker")]
    [InlineData("https://pööl.example", "xn--pl-fkaa.example", "wss://xn--pl-fkaa.example/hubs/worker")]
    public void The_signed_name_is_the_host_header_and_a_prefix_is_kept(string text, string audience, string hub)
    {
        Assert.True(PoolAddress.TryParse(text, out var pool, out _));

        Assert.Equal(audience, pool.Audience);
        Assert.Equal(hub.Replace("xn--pl-fkaa", "pööl", StringComparison.Ordinal), Uri.UnescapeDataString(pool.WebSocketAt("/hubs/worker").ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pool.example")]
    [InlineData("127.0.0.1:8936")]
    [InlineData("ftp://pool.example")]
    [InlineData("https://")]
    [InlineData("https://user:secret@pool.example")]
    [InlineData("https://pool.example/?a=b")]
    [InlineData("https://pool.example/#a")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(PoolAddress.TryParse(text, out _, out var error));

        Assert.NotEmpty(error);
    }
}
