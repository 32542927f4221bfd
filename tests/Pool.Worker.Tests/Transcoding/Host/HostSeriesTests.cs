using System.Globalization;
using Pool.Tests.Kit;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;
using Xunit.Abstractions;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>Counts this process's descriptors and a host's memory, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(HostSeries), DisableParallelization = true)]
public sealed class HostSeries;

/// <summary>Long runs: short and seeded by default, full with <c>./pool test --long</c>.</summary>
[Collection(nameof(HostSeries))]
public sealed class HostSeriesTests(ITestOutputHelper output)
{
    private const int Seed = 20260411;
    private const int Streams = 4;
    private const int Kills = 4;
    private const int KillsLong = 60;
    private const int Segments = 300;
    private const int SegmentsLong = 1000;

    /// <summary>Segments before the first look: pools, heaps and compiled code grow to their size first.</summary>
    private const int WarmUpSegments = 200;

    /// <summary>A hundred kilobytes a segment: one codec context that is not given back is more.</summary>
    private const long AllowedGrowthBytes = 32 << 20;

    /// <summary>What the runtime opens and closes by itself.</summary>
    private const int AllowedDescriptors = 4;

    [Fact]
    public async Task Four_streams_outlive_a_series_of_kills_without_a_wrong_byte()
    {
        var kills = LongRun.IsAskedFor ? KillsLong : Kills;
        var random = new Random(Seed);
        output.WriteLine($"seed {Seed}, {kills} kills");
        await using var host = await HostUnderTest.StartAsync();
        var (_, expected) = await host.TranscodeAsync("alone", Clips.Long, Clips.Rich);
        var before = OpenOfThisProcess();

        for (var kill = 0; kill < kills; kill++)
        {
            var piecesUntilKill = random.Next(1, 40);
            var sinks = Enumerable.Range(0, Streams).Select(_ => new ActingSink(() =>
            {
                if (Interlocked.Decrement(ref piecesUntilKill) == 0)
                {
                    HostUnderTest.Kill(host.Transcoder.ProcessId);
                }
            })).ToList();
            var outcomes = await Task.WhenAll(sinks.Select((sink, stream) => host.Transcoder.TranscodeAsync(
                HostUnderTest.Job($"stream {stream}", Clips.Long, Clips.Rich), sink, CancellationToken.None)));

            Assert.All(outcomes, outcome => Assert.IsType<TranscodeOutcome.Done>(outcome));
            Assert.All(sinks, sink => Assert.Equal(expected, sink.Bytes));
        }

        Assert.InRange(host.Started.Count, kills + 1, int.MaxValue);
        await host.DisposeAsync();
        Assert.All(host.Started, started => Assert.False(IsOurChild(started.Process)));
        var left = OpenOfThisProcess().Except(before).ToList();
        Assert.True(left.Count <= AllowedDescriptors, $"{left.Count} descriptors are open that were not before: {string.Join(", ", left)}");
    }

    [Fact]
    public async Task A_warm_host_stays_flat_over_mixed_streams_and_makes_the_bytes_of_a_fresh_one()
    {
        var segments = LongRun.IsAskedFor ? SegmentsLong : Segments;
        await using var host = await HostUnderTest.StartAsync();
        await RunAsync(host, WarmUpSegments);
        var (memory, descriptors) = (HostMemory.InUse(host.Transcoder.ProcessId), Descriptors(host.Transcoder.ProcessId.ToString(CultureInfo.InvariantCulture)));

        await RunAsync(host, segments);

        var after = HostMemory.InUse(host.Transcoder.ProcessId);
        output.WriteLine($"{memory >> 10} KiB before, {after >> 10} KiB after {segments} segments");
        Assert.Single(host.Started);
        Assert.InRange(after ?? long.MaxValue, 0, (memory ?? 0) + AllowedGrowthBytes);
        Assert.InRange(Descriptors(host.Transcoder.ProcessId.ToString(CultureInfo.InvariantCulture)), 0, descriptors + AllowedDescriptors);
        await using var fresh = await HostUnderTest.StartAsync();
        foreach (var clip in (byte[][])[Clips.Long, .. Clips.Mixed])
        {
            Assert.Equal((await fresh.TranscodeAsync("stream", clip, Clips.Rich)).Bytes, (await host.TranscodeAsync("stream", clip, Clips.Rich)).Bytes);
        }
    }

    /// <summary>Several at a time, each in a stream of its own.</summary>
    private static async Task RunAsync(HostUnderTest host, int segments) => await Parallel.ForAsync(
        0, segments, new ParallelOptions { MaxDegreeOfParallelism = Streams }, async (number, _) =>
            Assert.IsType<TranscodeOutcome.Done>(
                (await host.TranscodeAsync($"stream {number % Streams}", Clips.Mixed[number % Clips.Mixed.Count], Clips.Small)).Outcome));

    /// <summary>
    /// What this process has open, by number and name: many descriptors of the kernel's have the same name. Assemblies are left out: the runtime keeps
    /// two descriptors of each that it loads, whenever that is.
    /// </summary>
    private static HashSet<string> OpenOfThisProcess() =>
        [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => (Number: Path.GetFileName(entry), Name: new FileInfo(entry).LinkTarget))
            .Where(open => open.Name?.EndsWith(".dll", StringComparison.Ordinal) is false).Select(open => $"{open.Number} {open.Name}")];

    /// <summary>Number of descriptors that a process has open; a host hides its own from everybody but root, and then they count as none.</summary>
    private static int Descriptors(string process)
    {
        try
        {
            return Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>A process that has ended and was never asked about would still be a child: a zombie.</summary>
    private static bool IsOurChild(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            var parent = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
            return parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
