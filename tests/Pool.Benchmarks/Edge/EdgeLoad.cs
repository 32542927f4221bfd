using System.Collections.Concurrent;
using Pool.Benchmarks.Kit;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Benchmarks.Edge;

/// <summary>What was measured at the edge.</summary>
/// <param name="RoundTrips">Of every good segment: from its first byte to the last one of its last rendition.</param>
/// <param name="Calls">Of every good GetOrchestrator: connecting and TLS included.</param>
/// <param name="Memory">Of the server, once a second, in bytes.</param>
/// <param name="ServerCpu">Processor time of the server ÷ time.</param>
/// <param name="Failures">A line for everything that did not go well, warm-up included.</param>
internal sealed record EdgeFigures(
    IReadOnlyList<TimeSpan> RoundTrips, IReadOnlyList<TimeSpan> Calls, IReadOnlyList<long> Memory, double ServerCpu, IReadOnlyList<string> Failures);

/// <summary>
/// Streams at the pace of cameras, each with a session and connections of its own, as gateways have them; beside them somebody who asks for
/// terms over a fresh TLS connection again and again.
/// </summary>
internal sealed class EdgeLoad(PoolUnderLoad pool, PreparedMedia media, string folder, TimeProvider time)
{
    /// <summary>Between two calls: often enough for a 99th percentile, too rarely to be a load of its own.</summary>
    private static readonly TimeSpan s_betweenCalls = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1);

    private readonly Capabilities _needs = PreparedMedia.Job();
    private readonly ConcurrentQueue<(TimeSpan At, TimeSpan Took)> _roundTrips = new();
    private readonly ConcurrentQueue<(TimeSpan At, TimeSpan Took)> _calls = new();
    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>Runs the load and measures all of it but the warm-up.</summary>
    public async Task<EdgeFigures> RunAsync(int streams, TimeSpan warmUp, TimeSpan measured)
    {
        var (began, end) = (time.GetTimestamp(), warmUp + measured);
        var all = Enumerable.Range(0, streams).Select(number => StreamAsync(number, PreparedMedia.Duration * number / streams)).ToList();
        all.Add(CallAsync());
        var watch = WatchAsync();
        await Task.WhenAll(all);
        var (memory, cpu) = await watch;
        return new EdgeFigures(
            [.. _roundTrips.Where(trip => trip.At >= warmUp).Select(trip => trip.Took)],
            [.. _calls.Where(call => call.At >= warmUp).Select(call => call.Took)],
            memory, cpu, [.. _failures]);

        TimeSpan Now() => time.GetElapsedTime(began);

        async Task StreamAsync(int number, TimeSpan phase)
        {
            var orchestrator = new OrchestratorClient(pool.Network, _needs);
            using var exchange = new SegmentExchange(_needs, PreparedMedia.Profiles);
            var terms = await FirstTermsAsync(orchestrator, number);
            for (var sequence = 0; terms is not null && phase + (PreparedMedia.Duration * sequence) < end; sequence++)
            {
                await WaitUntilAsync(phase + (PreparedMedia.Duration * sequence));
                var at = Now();
                if (await TryAsync($"stream {number}, segment {sequence}", () => SegmentAsync(exchange, terms, number, sequence)))
                {
                    _roundTrips.Enqueue((at, Now() - at));
                }
            }

            if (terms is not null)
            {
                await TryAsync($"the end of stream {number}", () => orchestrator.EndSessionAsync(terms.AuthToken, CancellationToken.None));
            }
        }

        async Task CallAsync()
        {
            var orchestrator = new OrchestratorClient(pool.Network, _needs);
            while (Now() < end)
            {
                var at = Now();
                if (await TryAsync("GetOrchestrator", () => orchestrator.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None)))
                {
                    _calls.Enqueue((at, Now() - at));
                }

                await Task.Delay(s_betweenCalls, time);
            }
        }

        async Task<(IReadOnlyList<long> Memory, double Cpu)> WatchAsync()
        {
            await WaitUntilAsync(warmUp);
            var (memory, before, since) = (new List<long>(), pool.Process.ProcessorTime, Now());
            while (Now() < end)
            {
                memory.Add(pool.Process.OwnMemoryBytes);
                await Task.Delay(s_betweenLooks, time);
            }

            return (memory, (pool.Process.ProcessorTime - before) / (Now() - since));
        }

        async Task WaitUntilAsync(TimeSpan moment)
        {
            var left = moment - Now();
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }
    }

    private async Task<OrchestratorInfo?> FirstTermsAsync(OrchestratorClient orchestrator, int number)
    {
        OrchestratorInfo? terms = null;
        await TryAsync($"terms of stream {number}", async () => terms = await orchestrator.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None));
        return terms;
    }

    private async Task SegmentAsync(SegmentExchange exchange, OrchestratorInfo terms, int stream, int sequence)
    {
        var segment = new SourceSegment(sequence, "", TimeSpan.Zero, PreparedMedia.Duration, media.Source.Length);
        var result = await exchange.SendAsync(terms, $"bench-{stream}", segment, media.Source, CancellationToken.None);
        await Task.WhenAll(result.Data.Segments.Select(async (rendition, index) =>
        {
            var file = Path.Combine(folder, $"{stream}-{index}.ts");
            await exchange.DownloadAsync(rendition.Url, file, CancellationToken.None);
            if (new FileInfo(file).Length != media.Renditions[index].Length)
            {
                throw new AttemptException($"rendition {index} came with {new FileInfo(file).Length} bytes instead of {media.Renditions[index].Length}");
            }
        }));
    }

    private async Task<bool> TryAsync(string what, Func<Task> doing)
    {
        try
        {
            await doing();
            return true;
        }
        catch (AttemptException fault)
        {
            _failures.Enqueue($"{what}: {fault.Message}");
            return false;
        }
    }
}
