using Pool.Server.Tests.Kit;
using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Tests.Workers;

/// <summary>What was measured of a worker outlives the server's process, as a start and within bounds.</summary>
public sealed class RecordKeepingTests() : ServerTest(("Workers:StartCapacity", "4"))
{
    private static readonly DateTimeOffset s_now = new(2026, 5, 17, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_worker_that_comes_back_after_a_restart_is_as_fast_and_as_well_reputed_as_before()
    {
        var worker = await JoinGoodAsync();
        await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        var record = Server.Registry.Connected.Single().Record;
        record.Failed(Server.Time.GetUtcNow());
        var before = record.Figures;
        await KeepAsync("failures_in_a_row = 1");

        await Server.RestartAsync();
        await JoinAsync(key: worker.Key);

        var after = Server.Registry.Connected.Single().Record;
        Assert.NotNull(before.SecondsPerPixel);
        Assert.Equal((before.SecondsPerPixel, before.SecondsPerByte, before.RealTimeRatio, 1), (after.Figures.SecondsPerPixel, after.Figures.SecondsPerByte, after.Figures.RealTimeRatio, after.Figures.FailuresInARow));
        Assert.Equal(4, after.SustainedCapacity);
    }

    [Fact]
    public async Task A_capacity_that_was_measured_is_where_the_next_server_begins()
    {
        var worker = await JoinGoodAsync(capacity: 4);
        var (record, now) = (Server.Registry.Connected.Single().Record, Server.Time.GetUtcNow());
        for (var result = 0; result < SustainedCapacity.ShrinkAfter; result++)
        {
            record.Finished(new FinishedWork(
                1_000_000, TimeSpan.FromSeconds(3), 1000, TimeSpan.Zero, TimeSpan.FromSeconds(2), InFlight: 3, now + (result * TimeSpan.FromSeconds(3))));
        }

        await KeepAsync("capacity = 2");
        await Server.RestartAsync();
        await JoinAsync(key: worker.Key, capacity: 4);

        Assert.Equal(2, Server.Registry.Connected.Single().Capacity);
    }

    [Fact]
    public async Task What_has_hardly_changed_is_not_written_again()
    {
        await JoinGoodAsync();
        var record = Server.Registry.Connected.Single().Record;
        record.Finished(Work(seconds: 1));
        await KeepAsync("seconds_per_pixel = 1e-6");

        record.Finished(Work(seconds: 1.1));
        await KeepAsync("seconds_per_pixel = 1e-6");
        record.Finished(Work(seconds: 5));

        await KeepAsync("seconds_per_pixel > 1.5e-6");
    }

    [Fact]
    public void What_was_kept_is_bounded_when_it_is_read_and_not_believed_when_it_is_old()
    {
        var mad = Measurement() with
        {
            SecondsPerPixel = 1e9,
            SecondsPerByte = double.NaN,
            RealTimeRatio = double.PositiveInfinity,
            Capacity = 5000,
            FailuresInARow = int.MaxValue,
            RestsUntil = s_now.AddYears(1),
        };

        var believed = mad.Believed(maxCapacity: 16, s_now)!;

        Assert.Equal((null, null, null), (believed.SecondsPerPixel, believed.SecondsPerByte, believed.RealTimeRatio));
        Assert.Equal((16, s_now + RestPolicy.Longest), (believed.Capacity, believed.RestsUntil));
        Assert.InRange(believed.FailuresInARow, RestPolicy.Forgiven + 1, 100);
        Assert.Equal(Measurement(), Measurement().Believed(maxCapacity: 16, s_now));
        Assert.Null(Measurement().Believed(maxCapacity: 16, s_now + WorkerMeasurement.MaxAge + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_capacity_that_was_kept_without_a_speed_was_a_guess_and_counts_no_more()
    {
        Assert.Equal(3, new WorkerRecord(1, 16, Measurement()).SustainedCapacity);
        Assert.Equal(1, new WorkerRecord(1, 16, Measurement() with { RealTimeRatio = null }).SustainedCapacity);
    }

    private static FinishedWork Work(double seconds) => new(1_000_000, TimeSpan.FromSeconds(seconds), 1000, TimeSpan.Zero, TimeSpan.FromSeconds(2), InFlight: 1, s_now);

    private static WorkerMeasurement Measurement() => new()
    {
        WorkerId = new WorkerId(new Guid(1, 0, 0, new byte[8])),
        SecondsPerPixel = 1e-7,
        SecondsPerByte = 1e-7,
        RealTimeRatio = 0.5,
        Capacity = 3,
        FailuresInARow = 0,
        MeasuredAt = s_now,
    };

    /// <summary>The time for keeping comes; waits until the row says so.</summary>
    private async Task KeepAsync(string row)
    {
        Server.Time.Forward(RecordKeeper.Period);
        await Eventually.IsSoAsync($"{row} is kept", async () => await Server.ReadAsync($"SELECT count(*) FROM worker_records WHERE {row}") == 1);
    }
}
