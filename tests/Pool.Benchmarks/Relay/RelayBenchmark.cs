using System.CommandLine;
using System.Security.Cryptography;
using Pool.Benchmarks.Kit;
using Pool.Gateway.Network;
using Pool.Shared.Ethereum;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Relay;

/// <summary>
/// A segment's way through the pool with workers that answer at once: hashing, counting, signatures and durable records are on. In turn
/// with a bare store-and-forward of the same bytes over the same connections.
/// </summary>
internal static class RelayBenchmark
{
    private const int DefaultRounds = 200;
    private const int WarmUpRounds = 40;
    private const int DelayWarmUpRounds = 10;
    private const int DelayRounds = 30;
    private const int Streams = 8;
    private const int SegmentsPerBlock = 25;
    private const int Blocks = 5;
    private const int Workers = 2;
    private const int HashRounds = 41;

    /// <summary>Round trips that the line between pool and worker is given, in milliseconds.</summary>
    private static readonly int[] s_roundTrips = [0, 40, 80];

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var rounds = new Option<int>("--rounds") { Description = "Segments of each, one at a time.", DefaultValueFactory = _ => DefaultRounds };
        var command = new Command("relay", "A segment's way through the pool against a bare store-and-forward.") { json, rounds };
        command.SetAction(result => RunAsync(result.GetValue(json), Math.Max(1, result.GetValue(rounds)), TimeProvider.System));
        return command;
    }

    private static async Task<int> RunAsync(string? json, int rounds, TimeProvider time)
    {
        try
        {
            var media = await PreparedMedia.MakeAsync(time);
            await using var pool = await PoolUnderLoad.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal), time);
            var delays = await MeasureDelaysAsync(pool, media, time);
            await using var workers = new Crew();
            for (var number = 0; number < Workers; number++)
            {
                workers.Add(await InstantWorker.JoinAsync(pool.WebPort, media.Renditions, Streams, time));
            }

            var latency = await MeasureLatencyAsync(pool, media, rounds, time);
            var throughput = await MeasureThroughputAsync(pool, media, time);
            if (workers.Complaint is { } complaint)
            {
                throw new InvalidOperationException($"a worker's segment went wrong: {complaint}");
            }

            return RelayReport.Print(new RelayFigures(media.Source.Length, media.RenditionBytes, rounds, HashTime(media, time), latency, throughput, delays), json);
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or GrpcCallException or TimeoutException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"relay: {failure.Message}");
            return 1;
        }
    }

    private static Spread HashTime(PreparedMedia media, TimeProvider time)
    {
        var hash = new byte[Keccak256.HashBytes];
        return Spread.Of(Enumerable.Range(0, HashRounds).Select(_ => Time(() => media.Hash(hash), time)).ToList());
    }

    private static TimeSpan Time(Action work, TimeProvider time)
    {
        var start = time.GetTimestamp();
        work();
        return time.GetElapsedTime(start);
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> work, TimeProvider time)
    {
        var start = time.GetTimestamp();
        await work();
        return time.GetElapsedTime(start);
    }

    /// <summary>One segment at a time, through the one and then through the other.</summary>
    private static async Task<Pair<Spread>> MeasureLatencyAsync(PoolUnderLoad pool, PreparedMedia media, int rounds, TimeProvider time)
    {
        await using var yardstick = await Yardstick.StartAsync(media, segments: 1, hashes: false, time);
        await using var ours = await PoolStream.OpenAsync(pool.Network, media, "latency");
        await using var theirs = new StoreAndForwardStream(yardstick.Network, media);
        var (pooled, bare) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var round = 0; round < WarmUpRounds + rounds; round++)
        {
            var one = await TimeAsync(ours.SendAsync, time);
            var other = await TimeAsync(theirs.SendAsync, time);
            if (round >= WarmUpRounds)
            {
                pooled.Add(one);
                bare.Add(other);
            }
        }

        return new Pair<Spread>(Spread.Of(pooled), Spread.Of(bare));
    }

    /// <summary>Many streams at once, in blocks through the one and then through the other, which hashes too here.</summary>
    private static async Task<Pair<Throughput>> MeasureThroughputAsync(PoolUnderLoad pool, PreparedMedia media, TimeProvider time)
    {
        await using var yardstick = await Yardstick.StartAsync(media, Streams, hashes: true, time);
        var ours = new List<RelayStream>();
        var theirs = new List<RelayStream>();
        try
        {
            for (var number = 0; number < Streams; number++)
            {
                ours.Add(await PoolStream.OpenAsync(pool.Network, media, $"throughput-{number}"));
                theirs.Add(new StoreAndForwardStream(yardstick.Network, media));
            }

            var (pooled, bare) = (new List<Throughput>(), new List<Throughput>());
            for (var block = -1; block < Blocks; block++)
            {
                var one = await BlockAsync(ours, pool.Process, time);
                var other = await BlockAsync(theirs, yardstick.Process, time);
                if (block >= 0)
                {
                    pooled.Add(one);
                    bare.Add(other);
                }
            }

            return new Pair<Throughput>(Throughput.Median(pooled), Throughput.Median(bare));
        }
        finally
        {
            foreach (var stream in ours.Concat(theirs))
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static async Task<Throughput> BlockAsync(List<RelayStream> streams, ServerProcess server, TimeProvider time)
    {
        var before = server.ProcessorTime;
        var elapsed = await TimeAsync(() => Task.WhenAll(streams.Select(SendBlockAsync)), time);
        var segments = streams.Count * SegmentsPerBlock;
        return new Throughput(segments / elapsed.TotalSeconds, (server.ProcessorTime - before).TotalMilliseconds / segments);
    }

    private static async Task SendBlockAsync(RelayStream stream)
    {
        for (var number = 0; number < SegmentsPerBlock; number++)
        {
            await stream.SendAsync();
        }
    }

    /// <summary>One segment at a time, with a longer and longer line between pool and worker.</summary>
    private static async Task<IReadOnlyList<DelayRow>> MeasureDelaysAsync(PoolUnderLoad pool, PreparedMedia media, TimeProvider time)
    {
        var rows = new List<DelayRow>();
        foreach (var roundTrip in s_roundTrips)
        {
            await using var line = new DelayingProxy(pool.WebPort, TimeSpan.FromMilliseconds(roundTrip), time);
            await using var worker = await InstantWorker.JoinAsync(line.Port, media.Renditions, sessions: 2, time);
            await using var stream = await PoolStream.OpenAsync(pool.Network, media, $"delay-{roundTrip}");
            var times = new List<TimeSpan>();
            for (var round = 0; round < DelayWarmUpRounds + DelayRounds; round++)
            {
                var elapsed = await TimeAsync(stream.SendAsync, time);
                if (round >= DelayWarmUpRounds)
                {
                    times.Add(elapsed);
                }
            }

            rows.Add(new DelayRow(roundTrip, Spread.Of(times)));
        }

        return rows;
    }

    /// <summary>The workers of the pool.</summary>
    private sealed class Crew : IAsyncDisposable
    {
        private readonly List<InstantWorker> _workers = [];

        public string? Complaint => _workers.Select(worker => worker.Complaint).FirstOrDefault(complaint => complaint is not null);

        public void Add(InstantWorker worker) => _workers.Add(worker);

        public async ValueTask DisposeAsync()
        {
            foreach (var worker in _workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    /// <summary>The yardstick with its worker.</summary>
    private sealed class Yardstick(ServerProcess process, StoreAndForwardWorker worker, Uri network) : IAsyncDisposable
    {
        public ServerProcess Process { get; } = process;

        public Uri Network { get; } = network;

        public static async Task<Yardstick> StartAsync(PreparedMedia media, int segments, bool hashes, TimeProvider time)
        {
            var (network, web) = (FreePort.Next(), FreePort.Next());
            string[] arguments = [StoreAndForward.CommandName, "--network-port", $"{network}", "--web-port", $"{web}", .. hashes ? ["--keccak"] : Array.Empty<string>()];
            var process = await ServerProcess.StartAsync(
                BuiltFiles.Self, arguments, new Dictionary<string, string>(StringComparer.Ordinal), new Uri($"http://127.0.0.1:{web}/health/ready"), time);
            return new Yardstick(process, new StoreAndForwardWorker(web, media, segments), new Uri($"https://127.0.0.1:{network}"));
        }

        public async ValueTask DisposeAsync()
        {
            await worker.DisposeAsync();
            await Process.DisposeAsync();
        }
    }
}
