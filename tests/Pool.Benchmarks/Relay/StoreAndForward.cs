using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pool.Shared.Ethereum;

namespace Pool.Benchmarks.Relay;

/// <summary>
/// The yardstick, a program of its own: a bare Kestrel that takes a segment over TLS, gives it to a worker that waits for one, takes the
/// renditions and gives them out. No checks, no books; with <c>--keccak</c> it hashes the bytes as an orchestrator must.
/// </summary>
internal static class StoreAndForward
{
    public const string CommandName = "relay-yardstick";

    private const int Renditions = 4;
    private const int MaxBodyBytes = 64 * 1024 * 1024;
    private const int WindowBytes = 16 * 1024 * 1024;   // as wide as the pool's

    private sealed class Job(byte[] segment)
    {
        private int _missing = Renditions;
        private int _unfetched = Renditions;

        public byte[] Segment { get; } = segment;

        public byte[][] Made { get; } = new byte[Renditions][];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsLastFetch() => Interlocked.Decrement(ref _unfetched) == 0;

        public void Place(int index, byte[] bytes)
        {
            Made[index] = bytes;
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                Done.SetResult();
            }
        }
    }

    public static Command Command()
    {
        var network = new Option<int>("--network-port") { Required = true };
        var web = new Option<int>("--web-port") { Required = true };
        var keccak = new Option<bool>("--keccak");
        var command = new Command(CommandName, "The yardstick of relay; it is started by it.") { network, web, keccak };
        command.Hidden = true;
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(network), result.GetValue(web), result.GetValue(keccak), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int networkPort, int webPort, bool hashes, CancellationToken cancellationToken)
    {
        using var certificate = Certificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.Http2.InitialStreamWindowSize = WindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = WindowBytes;
            kestrel.Listen(IPAddress.Loopback, networkPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            });
            kestrel.Listen(IPAddress.Loopback, webPort, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        await using var app = builder.Build();
        Map(app, hashes);
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static void Map(WebApplication app, bool hashes)
    {
        var jobs = new ConcurrentDictionary<int, Job>();
        var waiting = Channel.CreateUnbounded<int>();
        var last = 0;
        app.MapGet("/health/ready", () => "ready");
        app.MapPost("/segment", async (HttpContext context) =>
        {
            var job = new Job(await ReadAsync(context, hashes));
            var id = Interlocked.Increment(ref last);
            jobs[id] = job;
            waiting.Writer.TryWrite(id);
            await job.Done.Task;
            return string.Join('\n', Enumerable.Range(0, Renditions).Select(index => string.Create(CultureInfo.InvariantCulture, $"/made/{id}/{index}")));
        });
        app.MapGet("/made/{id:int}/{index:int}", (int id, int index) =>
        {
            var job = jobs[id];
            if (job.IsLastFetch())
            {
                jobs.TryRemove(id, out _);
            }

            return Results.Bytes(job.Made[index]);
        });
        app.MapGet("/next", async (CancellationToken aborted) => (await waiting.Reader.ReadAsync(aborted)).ToString(CultureInfo.InvariantCulture));
        app.MapGet("/segment/{id:int}", (int id) => Results.Bytes(jobs[id].Segment));
        app.MapPut("/made/{id:int}/{index:int}", async (HttpContext context, int id, int index) =>
        {
            jobs[id].Place(index, await ReadAsync(context, hashes));
            return Results.NoContent();
        });
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, bool hashes)
    {
        using var bytes = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(bytes);
        var all = bytes.ToArray();
        if (hashes)
        {
            Keccak256.Hash(all);
        }

        return all;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
