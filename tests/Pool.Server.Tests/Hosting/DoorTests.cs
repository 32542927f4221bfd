using System.Net.Http.Headers;
using System.Net.WebSockets;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Hosting;

/// <summary>The two ports: nothing of the one can be reached by the other, whatever a request says of itself.</summary>
public sealed class DoorTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    private const string OperatorPath = "/operator/status";

    private static readonly Guid s_anyAssignment = new("0a1b2c3d-0000-4000-8000-000000000001");

    [Theory]
    [InlineData(WorkerLink.HubPath)]
    [InlineData(OperatorPath)]
    [InlineData("/health/ready")]
    [InlineData("/")]
    public async Task Nothing_of_the_web_port_is_on_the_network_port(string path)
    {
        foreach (var version in new[] { Kit.HttpVersion.One, Kit.HttpVersion.Two })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(shared.Server.Network, path));
            request.Headers.Host = shared.Server.Web.Authority;
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shared.Server.OperatorToken);
            using var answer = await shared.Gateway.SendAsync(request, version);
            Assert.Equal((404, "404 page not found\n"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task Byte_paths_of_workers_are_not_on_the_network_port()
    {
        foreach (var path in new[] { WorkerLink.SegmentPath(s_anyAssignment), WorkerLink.RenditionPath(s_anyAssignment, 0), WorkerLink.OutcomePath(s_anyAssignment) })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Post })
            {
                using var answer = await shared.Gateway.SendAsync(new HttpRequestMessage(method, new Uri(shared.Server.Network, path)));
                Assert.Equal(404, (int)answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task No_hub_answers_a_web_socket_on_the_network_port()
    {
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"wss://{shared.Server.Network.Authority}{WorkerLink.HubPath}"), CancellationToken.None).WaitAsync(Patience.Limit));

        Assert.Equal(404, (int)socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("/segment")]
    [InlineData("/stream/0123456789abcdef0123456789abcdef.ts")]
    [InlineData("/net.Orchestrator/GetOrchestrator")]
    [InlineData("/healthz")]
    public async Task Nothing_of_the_network_port_is_on_the_web_port(string path)
    {
        using var http = new HttpClient { BaseAddress = shared.Server.Web };
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? new ByteArrayContent([1]) : null };
            request.Headers.Host = shared.Server.Network.Authority;
            using var answer = await http.SendAsync(request);
            Assert.Equal(404, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_operators_path_opens_to_the_operators_token_only()
    {
        using var http = new HttpClient { BaseAddress = shared.Server.Web };
        foreach (var (token, status) in new[] { (null, 401), ("", 401), (new string('0', 64), 401), (shared.Server.OperatorToken + "0", 401), (shared.Server.OperatorToken, 200) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, OperatorPath);
            request.Headers.TryAddWithoutValidation("Authorization", token is null ? null : $"Bearer {token}");
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    [Fact]
    public void Secrets_and_spool_are_for_the_servers_user_only()
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var folder = Path.Combine(shared.Server.Home, "server");

        foreach (var path in new[] { folder, Path.Combine(folder, "auth.secret"), Path.Combine(folder, "operator.token"), Path.Combine(folder, "spool") })
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
        }
    }
}
