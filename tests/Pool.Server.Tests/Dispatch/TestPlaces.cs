using Pool.Server.Segments;
using Pool.Server.Dispatch;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Dispatch;

/// <summary>Workers and segments that are nowhere connected, for tests of choices.</summary>
internal static class TestPlaces
{
    public static HashSet<WorkerId> Nobody { get; } = [];

    /// <summary>Registered workers with so many slots each; the lower number is the lower id.</summary>
    public static (WorkerRegistry Registry, IReadOnlyList<ConnectedWorker> Workers) Workers(params int[] capacities)
    {
        var registry = new WorkerRegistry();
        var workers = capacities.Select((capacity, number) => Worker(number + 1, capacity)).ToList();
        workers.ForEach(worker => registry.Add(worker));
        return (registry, workers);
    }

    public static ConnectedWorker Worker(int number, int capacity) => new(
        new JoinedWorker(new WorkerId(new Guid(number, 0, 0, new byte[8])), Address.Zero, Address.Zero, "cpu", "test", CapabilitySet.Default),
        number.ToString(), null!, capacity, new WorkerRecord(capacity, 64));   // nobody talks to it

    /// <summary>A segment of 2 s whose one rendition has 100 × 100 pixels at 10 frames per second: 200,000 pixels.</summary>
    public static SegmentWork Work(string session) => new()
    {
        Id = new SegmentId(Guid.Empty),
        ReceivedAt = default,
        SessionId = session,
        Gateway = Address.Zero,
        ManifestId = default,
        Sequence = 0,
        DurationMilliseconds = 2000,
        Profiles = [new VideoProfile { Name = "x", Width = 100, Height = 100, BitrateBps = 1, FrameRateNumerator = 10 }],
        Needs = CapabilitySet.FromNumbers([0, 1, 12, 26]),
        Source = new SpoolFile("", "", 0),
        SourceHash = [],
    };

    /// <summary>The worker is seen, just now or at another time, to take so long for a segment like <see cref="Work"/>.</summary>
    public static void Takes(this ConnectedWorker worker, TimeSpan elapsed, DateTimeOffset? at = null) => worker.Record.Finished(new FinishedWork(
        200_000, elapsed, 0, TimeSpan.Zero, TimeSpan.FromSeconds(2), 1, (at ?? TimeProvider.System.GetUtcNow()) - elapsed));
}
