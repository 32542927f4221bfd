using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Hosting;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Edge;

/// <summary>HTTP/2 used as a weapon: floods end the attacker's connection and nobody else's (protocol §1.1).</summary>
public sealed class FloodTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    private const byte HeadersFrame = 1;
    private const byte ResetFrame = 3;
    private const byte SettingsFrame = 4;
    private const byte ContinuationFrame = 9;
    private const byte EndStreamAndHeaders = 5;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const int Streams = 5000;

    [Theory]
    [InlineData("streams that are reset at once")]
    [InlineData("streams that are never read")]
    [InlineData("a header without an end")]
    [InlineData("a stream number twice")]
    [InlineData("settings without an end")]
    public async Task A_flood_ends_its_own_connection_at_most(string flood)
    {
        await using (var tls = await shared.Gateway.ConnectAsync(new SslClientAuthenticationOptions { ApplicationProtocols = [SslApplicationProtocol.Http2] }))
        {
            try
            {
                await tls.WriteAsync(Flood(flood));
                await tls.FlushAsync();
            }
            catch (IOException)
            {
                // The server has had enough: that is what it is there for.
            }
        }

        var answer = await shared.Gateway.SegmentAsync(await shared.Gateway.GetOrchestratorAsync());

        Assert.Equal(2, answer.Renditions.Count);
        await Eventually.IsSoAsync("its requests are over", () => Task.FromResult(shared.Server.Services.GetRequiredService<EdgeGuard>().RequestsOf("127.0.0.1") == 0));
        Assert.Equal(0, shared.Server.Services.GetRequiredService<EdgeGuard>().Faults);
        await shared.Gateway.EndSessionAsync(answer.Result!.Info.AuthToken);
    }

    [Fact]
    public async Task Connections_are_counted_down_when_they_have_gone()
    {
        // A server of its own: those of the floods may still be going.
        await using var server = await RunningServer.StartAsync();
        var limits = server.Services.GetRequiredKeyedService<ConnectionLimits>(Listeners.Door.Network);
        var clients = new List<TcpClient>();
        for (var connection = 0; connection < 50; connection++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(server.Network.Host, server.NetworkPort);
            clients.Add(client);
        }

        await Eventually.IsSoAsync("all are there", () => Task.FromResult(limits.Open == 50));
        clients.ForEach(client => client.Dispose());
        await Eventually.IsSoAsync("all have gone", () => Task.FromResult(limits.Open == 0));
    }

    private byte[] Flood(string kind)
    {
        var bytes = new MemoryStream();
        bytes.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Frame(bytes, SettingsFrame, 0, 0, []);
        var get = HeaderBlock("/healthz");
        switch (kind)
        {
            case "streams that are reset at once":
                for (var stream = 0; stream < Streams; stream++)
                {
                    Frame(bytes, HeadersFrame, EndStreamAndHeaders, 1 + (2 * stream), get);
                    Frame(bytes, ResetFrame, 0, 1 + (2 * stream), [0, 0, 0, 8]);
                }

                break;
            case "streams that are never read":
                for (var stream = 0; stream < Streams; stream++)
                {
                    Frame(bytes, HeadersFrame, EndStreamAndHeaders, 1 + (2 * stream), get);
                }

                break;
            case "a header without an end":
                Frame(bytes, HeadersFrame, EndStream, 1, get);
                for (var part = 0; part < 1000; part++)
                {
                    Frame(bytes, ContinuationFrame, 0, 1, Literal("x", new string('a', 100)).ToArray());
                }

                break;
            case "a stream number twice":
                Frame(bytes, HeadersFrame, EndHeaders, 1, get);
                Frame(bytes, HeadersFrame, EndHeaders, 1, get);
                break;
            default:
                for (var times = 0; times < Streams; times++)
                {
                    Frame(bytes, SettingsFrame, 0, 0, []);
                }

                break;
        }

        return bytes.ToArray();
    }

    /// <summary>:method GET and :scheme https of HPACK's static table, path and authority as literals (RFC 7541, appendix A).</summary>
    private byte[] HeaderBlock(string path)
    {
        var block = new MemoryStream();
        block.Write([0x82, 0x87, 0x04, (byte)path.Length]);
        block.Write(Encoding.ASCII.GetBytes(path));
        var authority = Encoding.ASCII.GetBytes(shared.Server.Network.Authority);
        block.Write([0x01, (byte)authority.Length]);
        block.Write(authority);
        return block.ToArray();
    }

    private static IEnumerable<byte> Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static void Frame(MemoryStream bytes, byte type, byte flags, int stream, byte[] payload)
    {
        Span<byte> header = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        (header[3], header[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        bytes.Write(header);
        bytes.Write(payload);
    }
}
