using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Edge;

/// <summary>Segments that come as an address (protocol §4.5). The one network that may be connected to here is 127.0.0.1.</summary>
public sealed class SegmentUrlTests(SegmentUrlTests.UrlServer shared) : IClassFixture<SegmentUrlTests.UrlServer>
{
    private const string UriType = "application/vnd+livepeer.uri";

    [Theory]
    [InlineData("/segment")]
    [InlineData("/redirect")]
    [InlineData("/redirect/redirect")]
    public async Task A_segment_is_fetched_from_where_the_gateway_says(string path)
    {
        await using var store = await ObjectStore.StartAsync("127.0.0.1");

        var answer = await SendAsync($"http://127.0.0.1:{store.Port}{path}");

        Assert.Equal(2, answer.Renditions.Count);
    }

    [Theory]
    [InlineData("/missing")]
    [InlineData("/partial")]
    [InlineData("/endless")]
    [InlineData("/broken")]
    [InlineData("/too-large")]
    public async Task What_is_not_a_whole_200_is_a_bad_request(string path)
    {
        await using var store = await ObjectStore.StartAsync("127.0.0.1");

        var answer = await SendAsync($"http://127.0.0.1:{store.Port}{path}");

        Assert.Equal((400, "BadRequest\n"), (answer.Status, answer.Text));
        Assert.Equal(0, shared.Server.Services.GetRequiredService<SegmentBytes>().OfAddress("127.0.0.1"));
        Assert.Empty(Directory.GetFiles(Path.Combine(shared.Server.Home, "server", "spool"), "*.segment*"));
    }

    [Fact]
    public async Task Bytes_with_another_hash_are_forbidden()
    {
        await using var store = await ObjectStore.StartAsync("127.0.0.1");

        var answer = await SendAsync($"http://127.0.0.1:{store.Port}/other");

        Assert.Equal((403, "Forbidden\n"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("http://127.0.0.2:{0}/segment")]
    [InlineData("http://127.0.0.1:{1}/to/127.0.0.2")]
    [InlineData("http://[::ffff:127.0.0.2]:{0}/segment")]
    [InlineData("http://2130706434:{0}/segment")]
    [InlineData("http://0x7f.2:{0}/segment")]
    [InlineData("http://0:{0}/segment")]
    [InlineData("http://[::1]:{0}/segment")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://user:secret@127.0.0.1:{1}/segment")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1:{1}/segment")]
    [InlineData("gopher://127.0.0.1:{1}/segment")]
    [InlineData("//127.0.0.1:{1}/segment")]
    [InlineData("/segment")]
    [InlineData(" http://127.0.0.1:{1}/segment")]
    [InlineData("http://127.0.0.1:{1}/segment\r\nX: y")]
    [InlineData("")]
    public async Task No_address_leads_where_it_may_not(string address)
    {
        await using var forbidden = await ObjectStore.StartAsync("127.0.0.2");
        await using var allowed = await ObjectStore.StartAsync("127.0.0.1", forbidden.Port);

        var answer = await SendAsync(address.Replace("{0}", $"{forbidden.Port}", StringComparison.Ordinal).Replace("{1}", $"{allowed.Port}", StringComparison.Ordinal));

        Assert.Equal((400, "BadRequest\n"), (answer.Status, answer.Text));
        Assert.Equal(0, forbidden.Requests);
        Assert.Equal(0, shared.Server.Services.GetRequiredService<EdgeGuard>().Faults);
    }

    [Fact]
    public async Task A_name_is_followed_to_the_address_that_is_connected()
    {
        await using var store = await ObjectStore.StartAsync("127.0.0.1");

        var answer = await SendAsync($"http://localhost:{store.Port}/segment");

        Assert.Equal(2, answer.Renditions.Count);
    }

    [Fact]
    public async Task An_address_without_an_end_is_a_bad_request()
    {

        var answer = await SendAsync("http://127.0.0.1/" + new string('a', 100_000));

        Assert.Equal((400, "BadRequest\n"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("ff02::1", false)]
    public void Public_is_what_everybody_can_reach(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Contains(IPAddress.Parse(address)));

    /// <summary>A server that downloads, and a worker that answers everything.</summary>
    public sealed class UrlServer : IAsyncLifetime
    {
        private TestWorker? _worker;

        internal RunningServer Server { get; private set; } = null!;   // set before any test runs

        public async Task InitializeAsync()
        {
            Server = await RunningServer.StartAsync(("SegmentUrls:Enabled", "true"), ("SegmentUrls:PrivateNetworks:0", "127.0.0.1/32"));
            _worker = await TestWorker.JoinAsync(Server, capacity: 16, work: assignment => TestAssignment.AnswerAsync(assignment));
        }

        public async Task DisposeAsync()
        {
            await _worker!.DisposeAsync();
            await Server.DisposeAsync();
        }
    }

    private async Task<SegmentAnswer> SendAsync(string address)
    {
        var terms = await shared.Server.Gateway.GetOrchestratorAsync();
        using var request = shared.Server.Gateway.SegmentRequest(WireHeaders.Encode(TestJob.Credentials(terms, TestJob.Segment())), []);
        request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(address));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", UriType);
        using var response = await shared.Server.Gateway.SendAsync(request);
        var answer = await SegmentAnswer.ReadAsync(response);
        await shared.Server.Gateway.EndSessionAsync(terms.AuthToken);
        return answer;
    }

    /// <summary>Somebody's object store on a loopback address.</summary>
    private sealed class ObjectStore : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _requests;

        private ObjectStore(WebApplication app) => _app = app;

        public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        public int Requests => Volatile.Read(ref _requests);

        public static async Task<ObjectStore> StartAsync(string address, int otherPort = 0)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
            var app = builder.Build();
            var store = new ObjectStore(app);
            app.Use(async (context, next) =>
            {
                Interlocked.Increment(ref store._requests);
                await next(context);
            });
            app.MapGet("/segment", () => Results.Bytes(TestJob.Segment()));
            app.MapGet("/other", () => Results.Bytes(TestJob.Segment(2)));
            app.MapGet("/partial", () => Results.StatusCode(206));
            app.MapGet("/endless", (HttpContext context) => context.Response.Redirect("/endless"));
            app.MapGet("/redirect", (HttpContext context) => context.Response.Redirect("/segment"));
            app.MapGet("/redirect/redirect", (HttpContext context) => context.Response.Redirect("/redirect"));
            app.MapGet("/to/{host}", (HttpContext context, string host) => context.Response.Redirect($"http://{host}:{otherPort}/segment"));
            app.MapGet("/too-large", (HttpContext context) =>
            {
                context.Response.ContentLength = SegmentIntake.MaxSegmentBytes + 1;
                return context.Response.Body.FlushAsync();
            });
            app.MapGet("/broken", async (HttpContext context) =>
            {
                context.Response.ContentLength = 40_000;
                await context.Response.Body.WriteAsync(new byte[1000]);
                await context.Response.Body.FlushAsync();
                context.Abort();
            });
            await app.StartAsync();
            return store;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();
    }
}
