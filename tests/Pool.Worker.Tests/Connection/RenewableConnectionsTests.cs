using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class RenewableConnectionsTests
{
    [Fact]
    public async Task Requests_share_a_connection_until_it_is_given_up_and_one_under_way_ends_where_it_began()
    {
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.MapGet("/connection", (HttpContext context) => context.Connection.Id);
        server.MapGet("/slow", async context =>
        {
            await context.Response.Body.FlushAsync();   // the head is out
            await mayEnd.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(context.Connection.Id);
        });
        await server.StartAsync();
        using var connections = new RenewableConnections(() => new SocketsHttpHandler());
        using var client = new HttpClient(connections, disposeHandler: false) { BaseAddress = new Uri(server.Urls.First()) };

        var (first, second) = (await client.GetStringAsync("/connection"), await client.GetStringAsync("/connection"));
        using var slow = await client.GetAsync(new Uri("/slow", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        connections.Renew();
        var renewed = await client.GetStringAsync("/connection");
        mayEnd.SetResult();

        Assert.Equal(first, second);
        Assert.NotEqual(first, renewed);
        Assert.Equal(first, await slow.Content.ReadAsStringAsync());
    }
}
