using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Server.Hosting;
using Pool.Server.Tests.Kit;
using Pool.Server.Workers;

namespace Pool.Server.Tests.Hosting;

/// <summary>How many connections strangers may have to the web port, before they have said who they are.</summary>
public sealed class WebPortLimitTests() : ServerTest(("Workers:MaxPortConnections", "3"), ("Workers:MaxPortConnectionsPerAddress", "1"))
{
    private const string One = "192.0.2.1";
    private const string Other = "192.0.2.2";

    [Fact]
    public async Task One_connection_too_many_is_closed_and_the_next_is_taken_when_one_has_gone()
    {
        var limits = Server.Services.GetRequiredKeyedService<ConnectionLimits>(Listeners.Door.Web);
        var open = new List<TcpClient>();
        for (var number = 0; number < 3; number++)
        {
            open.Add(await DialAsync());
        }

        await Eventually.IsSoAsync("all are there", () => Task.FromResult(limits.Open == 3));
        var answerToTooMany = await DialAndAskAsync();
        var answerToOne = await AskAsync(open[0]);
        open[0].Dispose();
        await Eventually.IsSoAsync("one has gone", () => Task.FromResult(limits.Open == 2));
        using var next = await DialAsync();

        Assert.Equal("", answerToTooMany);
        Assert.StartsWith("HTTP/1.1 ", answerToOne, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 ", await AskAsync(next), StringComparison.Ordinal);
        open.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task An_address_has_its_own_limit_and_this_machine_only_that_of_all()
    {
        var limits = new ConnectionLimits(
            ConnectionBounds.Web(new WorkersOptions { MaxPortConnections = 4, MaxPortConnectionsPerAddress = 2 }), TimeProvider.System, NullLogger<ConnectionLimits>.Instance);
        var end = new TaskCompletionSource();
        var taken = new List<string>();

        var connections = new[] { One, One, One, Other, "127.0.0.1", "::1", Other }.Select(address => limits.GuardAsync(From(address), _ =>
        {
            taken.Add(address);
            return end.Task;
        })).ToList();
        var atOnce = (string[])[.. taken];
        end.SetResult();
        await Task.WhenAll(connections).WaitAsync(Patience.Limit);

        Assert.Equal([One, One, Other, "127.0.0.1"], atOnce);
        Assert.Equal(0, limits.Open);
    }

    [Fact]
    public async Task On_the_network_port_this_machine_is_an_address_like_any_other()
    {
        var limits = new ConnectionLimits(
            ConnectionBounds.Network(new() { MaxConnections = 9, MaxConnectionsPerAddress = 1 }), TimeProvider.System, NullLogger<ConnectionLimits>.Instance);
        var end = new TaskCompletionSource();

        var first = limits.GuardAsync(From("127.0.0.1"), _ => end.Task);
        await limits.GuardAsync(From("127.0.0.1"), _ => throw new InvalidOperationException("was taken"));

        Assert.Equal(1, limits.Open);
        end.SetResult();
        await first;
    }

    private static DefaultConnectionContext From(string address) => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1) };

    private async Task<TcpClient> DialAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Server.Web.Host, Server.WebPort);
        return client;
    }

    /// <summary>What a new connection is answered; nothing when it is closed, which may be before it is quite open.</summary>
    private async Task<string> DialAndAskAsync()
    {
        try
        {
            using var client = await DialAsync();
            return await AskAsync(client);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return "";
        }
    }

    /// <summary>The beginning of the answer; nothing when the connection was closed.</summary>
    private static async Task<string> AskAsync(TcpClient client)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync("GET /nothing HTTP/1.1\r\nHost: pool\r\n\r\n"u8.ToArray(), patience.Token);
            var answer = new byte[64];
            return Encoding.ASCII.GetString(answer, 0, await stream.ReadAsync(answer, patience.Token));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
