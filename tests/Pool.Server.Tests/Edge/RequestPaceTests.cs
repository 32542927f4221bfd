using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Pool.Gateway.Network;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Edge;

/// <summary>What one address may ask in a second.</summary>
public sealed class RequestPaceTests() : ServerTest(("Edge:MaxRequestsPerSecondPerAddress", "1"))
{
    private const int Flood = 40;
    private const int ResourceExhausted = 8;

    [Fact]
    public async Task A_flood_of_one_address_is_told_to_slow_down_and_others_do_not_notice()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => GetAsync()));
        var calls = await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => CallAsync()));
        var other = await StatusFromAsync(IPAddress.Parse("127.0.0.2"));

        Assert.Contains((200, "", ""), answers);
        Assert.Contains((429, "too many requests in a second\n", "1"), answers);
        Assert.Contains((ResourceExhausted, "too many requests in a second"), calls);
        Assert.Equal("HTTP/1.1 200 OK", other);
        await Eventually.IsSoAsync("its requests are taken again", async () => (await GetAsync()).Status == 200);
    }

    [Fact]
    public void A_bucket_holds_two_seconds_fills_evenly_and_is_forgotten_when_it_is_full()
    {
        var time = new StoppedTime();
        var pace = new RequestPace(Options.Create(new EdgeOptions { MaxRequestsPerSecondPerAddress = 10 }), time);

        var atOnce = Take(100);
        time.Now += TimeSpan.FromMilliseconds(500);
        var afterHalfASecond = Take(100);
        var stranger = pace.TryTake("b");
        var remembered = pace.Addresses;
        time.Now += TimeSpan.FromSeconds(5);
        var rested = Take(100);

        Assert.Equal((20, 5, true, 20), (atOnce, afterHalfASecond, stranger, rested));
        Assert.Equal((2, 1), (remembered, pace.Addresses));

        int Take(int requests) => Enumerable.Range(0, requests).Count(_ => pace.TryTake("a"));
    }

    private async Task<(int Status, string Text, string RetryAfter)> GetAsync()
    {
        using var answer = await Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Network, "/healthz")));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter?.ToString() ?? "");
    }

    private async Task<(int Status, string Text)> CallAsync()
    {
        var call = await Assert.ThrowsAsync<GrpcCallException>(Gateway.GetOrchestratorAsync);   // also who is let in is refused: there is no worker
        return (call.Status, call.Message);
    }

    private async Task<string> StatusFromAsync(IPAddress from)
    {
        await using var tls = await Gateway.ConnectAsync(from: from);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {Server.Network.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, Encoding.Latin1);
        return await reader.ReadLineAsync().WaitAsync(Patience.Limit) ?? "";
    }

    private sealed class StoppedTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
