using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Fuzz;

/// <summary>Random requests over the real port: the server answers, nothing breaks inside it, and good requests go on being answered well.</summary>
public sealed class WireFuzzTests(ServerWithWorker shared) : IClassFixture<ServerWithWorker>
{
    private const int Runs = 150;

    [Fact]
    public async Task Changed_segments_are_answered_from_the_networks_table()
    {
        var terms = await shared.Gateway.GetOrchestratorAsync();
        await FuzzRun.TimesAsync(Runs, async random =>
        {
            var segment = TestJob.Segment(random.Next(), random.Next(1, 5000));
            var header = Convert.ToBase64String(FuzzRun.Mutate(TestJob.Credentials(terms, segment).ToByteArray(), random));
            using var request = shared.Gateway.SegmentRequest(header, random.Next(3) == 0 ? FuzzRun.Mutate(segment, random) : segment);
            using var response = await shared.Gateway.SendAsync(request, random.Next(2) == 0 ? Kit.HttpVersion.One : Kit.HttpVersion.Two);
            var answer = await SegmentAnswer.ReadAsync(response);

            Assert.Contains(answer.Status, new[] { 200, 403 });
            Assert.Equal(answer.Status == 403, answer.Text.EndsWith('\n'));
        });

        await StillWellAsync();
    }

    [Fact]
    public async Task Changed_calls_are_answered_with_a_status()
    {
        var good = new OrchestratorRequest { Address = ByteString.CopyFrom(new byte[20]), Capabilities = TestJob.Job() }.ToByteArray();
        byte[] frame = [0, 0, 0, 0, (byte)good.Length, .. good];
        await FuzzRun.TimesAsync(Runs, async random =>
        {
            var method = random.Next(3) switch { 0 => "Ping", 1 => "EndTranscodingSession", _ => "GetOrchestrator" };
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shared.Server.Network, $"/net.Orchestrator/{method}"))
            {
                Content = new ByteArrayContent(FuzzRun.Mutate(frame, random)),
            };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
            using var answer = await shared.Gateway.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();

            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Single(answer.TrailingHeaders.GetValues("grpc-status"));
        });

        await StillWellAsync();
    }

    [Fact]
    public async Task Random_paths_are_not_found_or_no_http()
    {
        await FuzzRun.TimesAsync(Runs / 3, async random =>
        {
            var path = Encoding.Latin1.GetString(FuzzRun.Mutate("/stream/0123456789abcdef0123456789abcdef.ts"u8.ToArray(), random));
            var answer = await shared.Gateway.SendRawAsync(
                Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: {shared.Server.Network.Authority}\r\nConnection: close\r\n\r\n"), "\r\n\r\n");

            // A blank in the path makes what follows it the version of HTTP, which is none of ours: 505.
            Assert.Matches("^HTTP/1\\.1 (4[0-9][0-9]|505) ", answer);
        });

        await StillWellAsync();
    }

    [Fact]
    public async Task Random_bytes_instead_of_http_end_their_own_connection_only()
    {
        byte[] good = [.. "POST /segment HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nLivepeer-Segment: AAAA\r\n\r\n5\r\nhello\r\n0\r\n\r\n"u8];
        await FuzzRun.TimesAsync(Runs / 3, random => shared.Gateway.SendRawAsync([.. FuzzRun.Mutate(good, random), .. "\r\n\r\n\0\0\r\n\r\n"u8], "\r\n\r\n"));

        await StillWellAsync();
    }

    private async Task StillWellAsync()
    {
        Assert.Equal(0, shared.Server.Services.GetRequiredService<EdgeGuard>().Faults);
        var terms = await shared.Gateway.GetOrchestratorAsync();
        Assert.Equal(2, (await shared.Gateway.SegmentAsync(terms)).Renditions.Count);
        await shared.Gateway.EndSessionAsync(terms.AuthToken);
    }
}
