using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Tests.Dispatch;
using Pool.Server.Workers;

namespace Pool.Server.Tests.Workers;

/// <summary>What the pool measures of a worker: speed, capacity, standing, slots.</summary>
public sealed class WorkerRecordTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Speed_is_by_the_pools_own_clock_and_count_and_the_newest_result_has_a_fifth_of_the_weight()
    {
        var record = new WorkerRecord(2, 4);

        record.Finished(Work(elapsed: 3 * s_second, fetch: s_second));
        Assert.Equal((2e-6, 1e-3, 1.5, 0.5), (record.Figures.SecondsPerPixel, record.Figures.SecondsPerByte, record.Figures.RealTimeRatio, record.Figures.MegapixelsPerSecond));

        record.Finished(Work(elapsed: 8 * s_second, fetch: s_second));
        Assert.Equal(3e-6, record.Figures.SecondsPerPixel.GetValueOrDefault(), 12);
        Assert.Equal(2.0, record.Figures.RealTimeRatio.GetValueOrDefault(), 9);
    }

    [Fact]
    public void Work_that_was_stopped_makes_a_worker_slower_but_never_faster()
    {
        var record = new WorkerRecord(2, 4);
        record.Finished(Work(elapsed: 2 * s_second));

        record.Stopped(1_000_000, s_second, DateTimeOffset.UnixEpoch);
        Assert.Equal(2e-6, record.Figures.SecondsPerPixel);

        record.Stopped(1_000_000, 7 * s_second, DateTimeOffset.UnixEpoch);
        Assert.Equal(3e-6, record.Figures.SecondsPerPixel.GetValueOrDefault(), 12);
    }

    [Fact]
    public void Work_over_a_line_that_broke_says_nothing_of_speed_or_capacity_but_ends_a_row_of_failures()
    {
        var record = new WorkerRecord(2, 4);
        record.Finished(Work(elapsed: 2 * s_second));
        record.Failed(DateTimeOffset.UnixEpoch);
        var before = record.Figures;

        for (var result = 0; result < 10; result++)
        {
            record.Finished(Work(elapsed: 60 * s_second) with { InFlight = 2, WasInterrupted = true });
        }

        Assert.Equal(before with { FailuresInARow = 0, RestsUntil = default }, record.Figures);
        Assert.Equal(2, record.SustainedCapacity);
    }

    [Fact]
    public void Failures_in_a_row_are_forgiven_twice_then_cost_longer_and_longer_rests_until_a_good_result()
    {
        var (record, now) = (new WorkerRecord(2, 4), DateTimeOffset.UnixEpoch);
        var rests = new List<TimeSpan>();
        for (var failure = 0; failure < 9; failure++)
        {
            record.Failed(now);
            rests.Add(record.Figures.RestsUntil - now);
        }

        Assert.Equal([0, 0, 10, 20, 40, 80, 160, 300, 300], rests.Select(rest => rest.TotalSeconds));
        record.Finished(Work(elapsed: s_second));
        Assert.Equal((0, default), (record.Figures.FailuresInARow, record.Figures.RestsUntil));
    }

    [Fact]
    public void Capacity_grows_by_one_when_a_full_worker_stays_comfortable()
    {
        var capacity = new SustainedCapacity(2, 3);

        Observe(capacity, SustainedCapacity.GrowAfter, inFlight: 1, ratio: 0.5);
        Observe(capacity, SustainedCapacity.GrowAfter - 1, inFlight: 2, ratio: 0.5);
        Assert.Equal(2, capacity.Limit);
        Observe(capacity, 1, inFlight: 2, ratio: 0.8);
        Assert.Equal(3, capacity.Limit);
        Observe(capacity, 10 * SustainedCapacity.GrowAfter, inFlight: 3, ratio: 0.1);
        Assert.Equal(3, capacity.Limit);
    }

    [Fact]
    public void Capacity_shrinks_when_results_come_slower_than_the_video_plays_but_a_worker_that_is_slow_alone_keeps_its_place()
    {
        var capacity = new SustainedCapacity(4, 8);

        Observe(capacity, 1, inFlight: 4, ratio: 1.2);
        Observe(capacity, 1, inFlight: 4, ratio: 0.9);
        Observe(capacity, 1, inFlight: 4, ratio: 1.2);
        Assert.Equal(4, capacity.Limit);
        Observe(capacity, 1, inFlight: 4, ratio: 1.2);
        Assert.Equal(3, capacity.Limit);
        Observe(capacity, 20, inFlight: 1, ratio: 9);
        Assert.Equal(3, capacity.Limit);
        Observe(capacity, 20, inFlight: 2, ratio: 9);
        Assert.Equal(1, capacity.Limit);
    }

    [Fact]
    public void Results_that_something_held_up_together_are_one_sign_of_overload_and_not_several()
    {
        var (capacity, began) = (new SustainedCapacity(4, 8), DateTimeOffset.UnixEpoch);

        for (var result = 0; result < 4; result++)
        {
            capacity.Observe(4, 2.5, began + (result * s_second), began + (5 * s_second));
        }

        Assert.Equal(4, capacity.Limit);
        capacity.Observe(4, 2.5, began + (5 * s_second), began + (10 * s_second));
        Assert.Equal(3, capacity.Limit);
    }

    [Fact]
    public void Capacity_stays_between_one_and_its_maximum() => Check.QuickThrowOnFailure(Prop.ForAll(Results(), results =>
    {
        var capacity = new SustainedCapacity(3, 6);
        return results.All(result =>
        {
            Observe(capacity, 1, result.InFlight, result.Percent / 100.0);
            return capacity.Limit is >= 1 and <= 6;
        });
    }));

    [Theory]
    [InlineData(0, 16)]
    [InlineData(0.01, 16)]
    [InlineData(0.1, 8)]
    [InlineData(0.31, 2)]
    [InlineData(0.4, 2)]
    [InlineData(0.41, 1)]
    [InlineData(0.8, 1)]
    [InlineData(4, 1)]
    public void The_pools_clip_shows_how_many_segments_at_once_measuring_begins_with(double ratio, int begins)
    {
        var record = new WorkerRecord(1, 16);

        record.Finished(Work(elapsed: ratio * 2 * s_second) with { IsPoolsClip = true });

        Assert.Equal((begins, ratio), (record.SustainedCapacity, record.Figures.RealTimeRatio));
    }

    [Fact]
    public void What_a_worker_begins_with_would_be_comfortable_and_one_more_would_not() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from thousandths in Gen.Choose(1, 5000) from max in Gen.Choose(1, 64) select (Ratio: thousandths / 1000.0, Max: max)).ToArbitrary(), clip =>
        {
            const double Rounding = 1e-9;
            var capacity = new SustainedCapacity(1, clip.Max);

            capacity.Begin(clip.Ratio);

            return capacity.Limit >= 1 && capacity.Limit <= clip.Max
                && (capacity.Limit == 1 || capacity.Limit * clip.Ratio <= SustainedCapacity.ComfortableRatio + Rounding)
                && (capacity.Limit == clip.Max || (capacity.Limit + 1) * clip.Ratio > SustainedCapacity.ComfortableRatio - Rounding);
        }));

    [Fact]
    public void What_real_work_has_shown_is_not_thrown_back_by_the_clip_nor_what_the_clip_has_by_a_second_one()
    {
        var grown = new WorkerRecord(1, 16);
        for (var result = 0; result < SustainedCapacity.GrowAfter; result++)
        {
            grown.Finished(Work(elapsed: s_second));
        }

        grown.Finished(Work(elapsed: 2 * s_second) with { IsPoolsClip = true });
        Assert.Equal(2, grown.SustainedCapacity);

        var begun = new WorkerRecord(1, 16);
        begun.Finished(Work(elapsed: s_second / 4) with { IsPoolsClip = true });
        begun.Finished(Work(elapsed: 2 * s_second) with { IsPoolsClip = true });
        Assert.Equal(6, begun.SustainedCapacity);
    }

    [Fact]
    public void A_clip_over_a_line_that_broke_is_no_beginning_but_the_next_one_is()
    {
        var record = new WorkerRecord(1, 16);

        record.Finished(Work(elapsed: s_second / 4) with { IsPoolsClip = true, WasInterrupted = true });
        Assert.Equal((1, null), (record.SustainedCapacity, record.Figures.RealTimeRatio));
        record.Finished(Work(elapsed: s_second / 4) with { IsPoolsClip = true });

        Assert.Equal(6, record.SustainedCapacity);
    }

    [Fact]
    public void The_first_real_result_of_a_worker_alone_is_one_of_several_that_let_it_grow()
    {
        var record = new WorkerRecord(1, 16);

        record.Finished(Work(elapsed: s_second / 4));

        Assert.Equal(1, record.SustainedCapacity);
    }

    [Fact]
    public void A_worker_that_wishes_for_less_gets_less_and_one_that_drains_gets_nothing()
    {
        using var worker = TestPlaces.Worker(1, 4);

        worker.SetWish(2);
        Assert.Equal(2, worker.Capacity);
        worker.SetWish(64);
        Assert.Equal(4, worker.Capacity);
        worker.SetWish(0);
        Assert.Null(worker.TryTakeSlot());
    }

    [Fact]
    public async Task Slots_taken_and_given_back_by_many_at_once_never_exceed_the_capacity_and_all_come_back()
    {
        const int Takers = 4;
        using var worker = TestPlaces.Worker(1, 3);
        var (held, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => Task.Run(() =>
        {
            for (var turn = 0; turn < 20_000; turn++)
            {
                using var slot = worker.TryTakeSlot();
                if (slot is not null)
                {
                    var now = Interlocked.Increment(ref held);
                    InterlockedMax(ref most, now);
                    Interlocked.Decrement(ref held);
                    slot.Dispose();
                }
            }
        })));

        Assert.InRange(most, 1, 3);
        Assert.Equal(0, worker.InFlight);
    }

    [Fact]
    public void A_place_that_is_late_counts_as_such_until_it_is_given_back()
    {
        using var worker = TestPlaces.Worker(1, 2);
        var (late, other) = (worker.TryTakeSlot()!, worker.TryTakeSlot()!);

        late.MarkLate();
        late.MarkLate();
        other.Dispose();
        Assert.Equal((1, 1), (worker.Late, worker.InFlight));
        late.Dispose();
        late.Dispose();

        Assert.Equal((0, 0), (worker.Late, worker.InFlight));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            seen = before == seen ? value : before;
        }
    }

    private static void Observe(SustainedCapacity capacity, int times, int inFlight, double ratio)
    {
        for (var time = 0; time < times; time++)
        {
            // One after the other: what is under way at the same time has a test of its own.
            s_now += s_second;
            capacity.Observe(inFlight, ratio, s_now, s_now + s_second);
        }
    }

    private static Arbitrary<(int InFlight, int Percent)[]> Results() =>
        (from inFlight in Gen.Choose(1, 8) from percent in Gen.Choose(0, 300) select (inFlight, percent)).ArrayOf().ToArbitrary();

    private static FinishedWork Work(TimeSpan elapsed, TimeSpan fetch = default) => new(1_000_000, elapsed, 1000, fetch, 2 * s_second, 1, DateTimeOffset.UnixEpoch);
}
