using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Admin;
using Pool.Server.Hosting;
using Pool.Server.Node;
using Pool.Server.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>The web port with the operator's certificate: who gets in, how a renewal comes in, and what becomes of a broken one.</summary>
public sealed class WebCertificateTests : IAsyncLifetime, IDisposable
{
    private readonly MadeAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pool-certificate-").FullName;
    private RunningServer? _server;

    private RunningServer Server => _server ?? throw new InvalidOperationException("The server is not started yet.");

    private string Files => Path.Combine(_folder, "both.pem");

    private string Root => Path.Combine(_folder, "root.pem");

    public async Task InitializeAsync()
    {
        _authority.Issue().WriteTo(Files);
        await File.WriteAllTextAsync(Root, _authority.RootPem);
        _server = await RunningServer.StartAsync(("WebCertificate", Files));
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_worker_that_trusts_the_authority_does_a_segment()
    {
        await using var worker = await RealWorker.JoinAsync(Server, "--pool-certificate", Root);

        await TranscodeAsync();
    }

    [Fact]
    public async Task A_worker_on_this_machine_trusts_what_the_server_shows_whatever_name_it_is_for()
    {
        _authority.Issue("pool.example", null, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(90)).WriteTo(Files);
        await Server.RestartAsync();
        await using var worker = await RealWorker.JoinAsync(Server, "--pool-certificate", Node.ShownWebCertificate);

        await TranscodeAsync();
    }

    [Fact]
    public async Task A_worker_that_does_not_trust_it_says_which_option_would_help()
    {
        var (exit, error) = await RunWorkerAsync();

        Assert.Equal(1, exit);
        Assert.Equal(
            $"pool-worker: Cannot reach the pool at {Server.Web.GetLeftPart(UriPartial.Authority)}: its certificate is not trusted, no authority that is known here vouches for it; "
            + "if the pool's operator made it, get it from there and name it with --pool-certificate FILE\n",
            error);
    }

    [Fact]
    public async Task A_worker_that_trusts_somebody_else_does_not_join()
    {
        using var another = new MadeAuthority();
        var other = Path.Combine(_folder, "other.pem");
        await File.WriteAllTextAsync(other, another.RootPem);

        var (exit, error) = await RunWorkerAsync("--pool-certificate", other);

        Assert.Equal(1, exit);
        Assert.Contains($"its certificate is neither in --pool-certificate '{other}' nor vouched for by one in it", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_does_not_vouch_for_another_name()
    {
        _authority.Issue("pool.example", null, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(90)).WriteTo(Files);
        await Server.RestartAsync();

        var (exit, error) = await RunWorkerAsync("--pool-certificate", Root);

        Assert.Equal(1, exit);
        Assert.Contains("nor for the name of this pool", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_gets_no_answer()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.WebPort);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer).WaitAsync(Patience.Limit);
        }
        catch (IOException)
        {
            // Reset: closed just as well.
        }

        Assert.DoesNotContain("HTTP/", Encoding.Latin1.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshakes_that_strangers_begin_and_leave_keep_no_worker_out()
    {
        var strangers = new List<TcpClient>();
        try
        {
            // A first word of TLS and no more: the server answers, and waits for a second one.
            var hello = await HelloAsync();
            for (var number = 0; number < 2 * HandshakeGate.PlacesPerProcessor * Environment.ProcessorCount; number++)
            {
                strangers.Add(new TcpClient());
                await strangers[^1].ConnectAsync(IPAddress.Loopback, Server.WebPort);
                await strangers[^1].GetStream().WriteAsync(hello);
            }

            await using var worker = await RealWorker.JoinAsync(Server, "--pool-certificate", Root);

            await TranscodeAsync();
        }
        finally
        {
            strangers.ForEach(stranger => stranger.Dispose());
        }
    }

    [Fact]
    public async Task A_renewal_is_for_new_connections_while_old_ones_go_on()
    {
        using var before = await ConnectAsync();
        var renewed = _authority.Issue();

        renewed.WriteTo(Files);
        Server.Time.Forward(WebIdentityWatch.Period);

        await Eventually.IsSoAsync("new connections get the renewed certificate", async () =>
        {
            using var after = await ConnectAsync();
            return SerialOf(after) == renewed.SerialNumber;
        });
        Assert.NotEqual(renewed.SerialNumber, SerialOf(before));
        Assert.StartsWith("HTTP/1.1 200 OK", await AskAsync(before), StringComparison.Ordinal);
        Assert.Contains(renewed.ChainPem[..200], await File.ReadAllTextAsync(Node.ShownWebCertificate), StringComparison.Ordinal);
        Assert.Contains("ready", await HealthAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_files_change_nothing_and_the_status_says_so()
    {
        using var before = await ConnectAsync();
        MadeCertificate.Write(Files, "not PEM at all");

        Server.Services.GetRequiredService<WebIdentity>().Look();

        using var after = await ConnectAsync();
        Assert.Equal(SerialOf(before), SerialOf(after));
        using var status = new StringWriter();
        await StatusCommand.RunAsync(Node, asJson: false, status, CancellationToken.None);
        Assert.Contains("the newer files are NOT in use: WebCertificate (POOL_WEB_CERTIFICATE) is", status.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_versions_of_http_are_spoken()
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = _authority.Vouches } });
        foreach (var version in new[] { System.Net.HttpVersion.Version11, System.Net.HttpVersion.Version20 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Web, "/health/ready")) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await http.SendAsync(request);
            Assert.Equal((200, version), ((int)answer.StatusCode, answer.Version));
        }
    }

    [Fact]
    public async Task A_wrong_file_stops_the_start_with_its_sentence()
    {
        await Server.StopAsync();
        File.Delete(Files);

        var fault = await Assert.ThrowsAsync<StartUpException>(Server.RestartAsync);

        Assert.Equal($"WebCertificate (POOL_WEB_CERTIFICATE) is '{Files}': there is no such file.", fault.Message);
    }

    private NodeOptions Node => new() { Home = Server.Home, WebPort = Server.WebPort };

    private async Task TranscodeAsync()
    {
        var segment = MadeRendition.Of(640, 360, 50);
        var answer = await Server.Gateway.SegmentAsync(TestJob.Credentials(await Server.Gateway.GetOrchestratorAsync(), segment), segment);
        Assert.Equal(("", 2), (answer.Error, answer.Renditions.Count));
    }

    private async Task<string> HealthAsync()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await HealthCommand.RunAsync(Node, output, CancellationToken.None));
        return output.ToString();
    }

    private async Task<(int Exit, string Error)> RunWorkerAsync(params string[] more)
    {
        using var worker = Process.Start(new ProcessStartInfo("dotnet", [.. RealWorker.Arguments(Server), .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("The worker did not start.");
        var said = worker.StandardOutput.ReadToEndAsync();
        var error = await worker.StandardError.ReadToEndAsync().WaitAsync(Patience.Limit);
        await worker.WaitForExitAsync().WaitAsync(Patience.Limit);
        await said;
        return (worker.ExitCode, error);
    }

    private async Task<SslStream> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Server.WebPort);
        var secure = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, _authority.Vouches);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1" }, CancellationToken.None);
        return secure;
    }

    /// <summary>What a TLS client says first, as bytes.</summary>
    private static async Task<byte[]> HelloAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var taker = await listener.AcceptTcpClientAsync();
        var secure = new SslStream(client.GetStream());
        var shaking = secure.AuthenticateAsClientAsync("localhost");
        var hello = new byte[16 * 1024];
        var length = await taker.GetStream().ReadAsync(hello);
        taker.Close();
        await shaking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await secure.DisposeAsync();
        return hello[..length];
    }

    private static string? SerialOf(SslStream connection) => connection.RemoteCertificate?.GetSerialNumberString();

    private static async Task<string> AskAsync(SslStream connection)
    {
        await connection.WriteAsync("GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        var answer = new byte[1024];
        return Encoding.Latin1.GetString(answer, 0, await connection.ReadAsync(answer).AsTask().WaitAsync(Patience.Limit));
    }
}
