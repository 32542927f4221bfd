using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Signing;

/// <summary>The socket between the server and the signer.</summary>
public sealed class SignerSocketTests : SignerTest
{
    [Fact]
    public void Only_the_owner_and_the_group_reach_the_socket() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(Signer.Socket));

    [Fact]
    public async Task Many_requests_at_once_each_get_their_own_answer()
    {
        await using var client = await Signer.ConnectAsync();
        var hashes = Enumerable.Range(0, 300).Select(number => Bytes32.Keccak(BitConverter.GetBytes(number))).ToList();

        var signatures = await Task.WhenAll(hashes.Select(hash => client.SignHashAsync(hash, CancellationToken.None)));

        Assert.All(hashes.Zip(signatures), pair => Assert.True(PersonalMessage.IsSignedBy(client.Account, pair.First.ToBytes(), pair.Second)));
    }

    [Fact]
    public async Task A_signer_that_was_restarted_is_found_again_at_once()
    {
        await using var client = await Signer.ConnectAsync();
        await client.SignHashAsync(Bytes32.Zero, CancellationToken.None);
        await Signer.StopAsync();
        var away = await Assert.ThrowsAsync<SignerException>(() => client.SignHashAsync(Bytes32.Zero, CancellationToken.None));
        Assert.False(away.IsRefusal);

        Signer.Start();
        Assert.Equal(PersonalMessage.SignatureBytes, (await client.SignHashAsync(Bytes32.Zero, CancellationToken.None)).Length);
    }

    [Fact]
    public async Task A_signer_that_comes_back_with_another_key_is_not_used()
    {
        await using var client = await Signer.ConnectAsync();
        await Signer.StopAsync();
        Signer.Key = EthereumKey.Create();
        Signer.Start();

        var changed = await Assert.ThrowsAsync<SignerException>(() => client.SignHashAsync(Bytes32.Zero, CancellationToken.None));
        Assert.Contains("now has the key of", changed.Message, StringComparison.Ordinal);
        Assert.False(changed.IsRefusal);
    }

    [Fact]
    public async Task Without_a_signer_the_start_says_so()
    {
        await Signer.StopAsync();

        Assert.Contains(Signer.Socket, (await Assert.ThrowsAsync<SignerException>(Signer.ConnectAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signer_that_says_nothing_is_not_waited_for_for_ever()
    {
        await Signer.StopAsync();
        using var mute = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        mute.Bind(new UnixDomainSocketEndPoint(Signer.Socket));
        mute.Listen();

        var late = await Assert.ThrowsAsync<SignerException>(() =>
            SignerClient.ConnectAsync(Signer.Socket, TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None).WaitAsync(Patience.Limit));
        Assert.Contains("has not answered within", late.Message, StringComparison.Ordinal);
        Assert.False(late.IsRefusal);
    }

    [Theory]
    [InlineData("""{"kind":"account","version":2}""", "version: it is of version 2, this signer speaks 1")]
    [InlineData("""{"kind":"everything","version":1}""", "it is none that this signer knows")]
    [InlineData("""{"kind":"hash","version":1,"hash":"AAAA"}""", "length: a hash has 32 bytes, this one 3")]
    [InlineData("""{"kind":"account","version":1,"more":1}""", "it is none that this signer knows")]
    [InlineData("""{"kind":"transaction","version":1}""", "it is none that this signer knows")]
    [InlineData("null", "it is empty")]
    [InlineData("not json", "it is none that this signer knows")]
    public async Task What_is_no_request_is_refused_and_the_connection_stays(string json, string refusal)
    {
        await using var stream = await OpenAsync();

        Assert.Equal(refusal, (await AskAsync(stream, json))?.Refusal);
        Assert.Equal(Signer.Key.Address.ToBytes(), (await AskAsync(stream, """{"kind":"account","version":1}"""))?.Account);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SignerFrame.MaxBytes + 1)]
    [InlineData(-1)]
    public async Task A_message_that_is_too_long_or_empty_ends_the_connection(int length)
    {
        await using var stream = await OpenAsync();
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        await stream.WriteAsync(prefix);

        Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Connections_are_bounded_and_idle_ones_are_closed()
    {
        var open = new List<NetworkStream>();
        try
        {
            for (var i = 0; i < SignerListener.MaxConnections; i++)
            {
                open.Add(await OpenAsync());
                Assert.NotNull(await AskAsync(open[^1], """{"kind":"account","version":1}"""));
            }

            await using var one = await OpenAsync();
            Assert.Equal(0, await one.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Limit));

            Signer.Time.Forward(SignerListener.IdleTime);
            foreach (var stream in open)
            {
                Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience.Limit));
            }
        }
        finally
        {
            open.ForEach(stream => stream.Dispose());
        }

        await Eventually.IsSoAsync("there is room again", async () =>
        {
            try
            {
                await using var client = await Signer.ConnectAsync();
                return true;
            }
            catch (SignerException)
            {
                return false;
            }
        });
    }

    private async Task<NetworkStream> OpenAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Signer.Socket));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task<SignerAnswer?> AskAsync(NetworkStream stream, string json)
    {
        await stream.WriteAsync(SignerFrame.Encode(Encoding.UTF8.GetBytes(json)));
        var answer = await SignerFrame.ReadAsync(stream, CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        return answer is null ? null : JsonSerializer.Deserialize(answer, SignerJson.Default.SignerAnswer);
    }
}
