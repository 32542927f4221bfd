using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;
using Pool.Shared.Ids;

namespace Pool.Server.Tests.Dispatch.Policies;

/// <summary>How long a worker will take, where a session goes, when it moves, and who is not to be believed.</summary>
public sealed class PlacementPolicyTests
{
    [Fact]
    public void What_is_to_do_is_the_pixels_of_all_renditions_at_their_own_or_an_assumed_frame_rate()
    {
        var work = TestPlaces.Work("a");
        var passing = work with { Profiles = [.. work.Profiles, work.Profiles[0] with { FrameRateNumerator = 0 }] };
        var fractional = work with { Profiles = [work.Profiles[0] with { FrameRateNumerator = 30, FrameRateDenominator = 2 }] };

        Assert.Equal(200_000, JobSize.Of(work).Pixels);
        Assert.Equal(200_000 + (100 * 100 * 2 * JobSize.AssumedFrameRate), JobSize.Of(passing).Pixels);
        Assert.Equal(300_000, JobSize.Of(fractional).Pixels);
    }

    [Fact]
    public void Expected_time_is_the_way_and_the_work_and_nobody_knows_it_before_the_first_result()
    {
        var job = new JobSize(Pixels: 1_000_000, Bytes: 1000);

        Assert.Null(ExpectedTime.Of(job, default));
        Assert.Equal(TimeSpan.FromSeconds(2), ExpectedTime.Of(job, new WorkerFigures(2e-6, null, null, 0, default, default)));
        Assert.Equal(TimeSpan.FromSeconds(3), ExpectedTime.Of(job, new WorkerFigures(2e-6, 1e-3, null, 0, default, default)));
        Assert.Equal(TimeSpan.FromHours(1), ExpectedTime.Of(job, new WorkerFigures(double.MaxValue, null, null, 0, default, default)));
    }

    [Fact]
    public void Headroom_comes_before_speed_and_load_counts_against_speed()
    {
        var fast = new Placement(Sessions: 0, InFlight: 0, Capacity: 2, TimeSpan.FromSeconds(1));

        Assert.True(fast < fast with { Expected = TimeSpan.FromSeconds(2) });
        Assert.True(fast < fast with { Sessions = 1 });
        Assert.True(fast with { Expected = TimeSpan.FromSeconds(9) } < fast with { Sessions = 2 });
        Assert.Equal(TimeSpan.FromSeconds(2), (fast with { Sessions = 1, InFlight = 1 }).Finish);
    }

    [Theory]
    [InlineData(null, 0.1, true)]
    [InlineData(2.0, 0.1, true)]
    [InlineData(3.0, 1.6, true)]
    [InlineData(3.0, null, true)]
    [InlineData(3.0, 1.5, false)]
    public void A_session_of_two_seconds_a_segment_stays_unless_its_worker_falls_behind_and_another_is_twice_as_fast(double? own, double? best, bool stays) =>
        Assert.Equal(stays, SessionAffinity.Stays(Seconds(own), Seconds(best), TimeSpan.FromSeconds(2)));

    [Fact]
    public void Two_workers_that_were_well_make_a_segment_poison_and_one_or_those_who_fail_at_everything_do_not()
    {
        var (witnesses, first, second) = (new PoisonWitnesses(), new WorkerId(Guid.NewGuid()), new WorkerId(Guid.NewGuid()));

        witnesses.Hear(first, failuresBefore: 0);
        witnesses.Hear(first, failuresBefore: 0);
        witnesses.Hear(second, failuresBefore: 1);
        Assert.False(witnesses.IsPoison);

        witnesses.Hear(second, failuresBefore: 0);
        Assert.True(witnesses.IsPoison);
    }

    private static TimeSpan? Seconds(double? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;
}
