using Pool.Server.Dispatch;

namespace Pool.Server.Tests.Dispatch;

public sealed class SegmentRaceTests
{
    [Fact]
    public async Task Of_attempts_that_finish_at_once_one_is_the_result_and_all_others_are_second()
    {
        const int Attempts = 4;
        for (var round = 0; round < 200; round++)
        {
            var (race, work) = (new SegmentRace(), TestPlaces.Work("a") with { Profiles = [] });
            var attempts = Enumerable.Range(1, Attempts)
                .Select(number => new LiveAssignment(work, TestPlaces.Worker(number, 1), race, DateTimeOffset.UnixEpoch)).ToList();
            using var start = new Barrier(Attempts);

            var told = await Task.WhenAll(attempts.Select(attempt => Task.Run(() =>
            {
                start.SignalAndWait();
                return new[] { attempt.FinishGood() };
            })));
            attempts.ForEach(attempt => attempt.Conclude(isBooked: true));
            var verdicts = await Task.WhenAll(told.SelectMany(verdict => verdict));

            Assert.Single(attempts, attempt => attempt.Result is AttemptResult.Good);
            Assert.Equal(Attempts - 1, attempts.Count(attempt => attempt.Result is AttemptResult.Second));
            Assert.Single(verdicts, verdict => verdict.Accepted);
        }
    }

    [Fact]
    public async Task Good_work_that_could_not_be_written_down_is_not_accepted()
    {
        var (race, work) = (new SegmentRace(), TestPlaces.Work("a") with { Profiles = [] });
        using var winner = new LiveAssignment(work, TestPlaces.Worker(1, 1), race, DateTimeOffset.UnixEpoch);
        var verdict = winner.FinishGood();

        winner.Conclude(isBooked: false);

        Assert.False((await verdict).Accepted);
        Assert.Equal(await verdict, await winner.FinishGood());
    }

    [Fact]
    public async Task An_attempt_that_has_ended_does_not_win_and_leaves_the_place_to_the_others()
    {
        var (race, work) = (new SegmentRace(), TestPlaces.Work("a") with { Profiles = [] });
        using var stopped = new LiveAssignment(work, TestPlaces.Worker(1, 1), race, DateTimeOffset.UnixEpoch);
        using var other = new LiveAssignment(work, TestPlaces.Worker(2, 1), race, DateTimeOffset.UnixEpoch);
        await stopped.Finish(new AttemptResult.Failed(AttemptFault.Lost, "gone"), new(false, "gone"));

        Assert.False((await stopped.FinishGood()).Accepted);
        var verdict = other.FinishGood();
        Assert.False(verdict.IsCompleted);
        other.Conclude(isBooked: true);
        Assert.True((await verdict).Accepted);
        Assert.True(other.IsGood);
    }

    [Fact]
    public void A_loser_that_has_not_delivered_everything_is_worth_nothing()
    {
        var (race, work) = (new SegmentRace(), TestPlaces.Work("a"));
        using var loser = new LiveAssignment(work, TestPlaces.Worker(1, 1), race, DateTimeOffset.UnixEpoch);

        loser.Supersede();

        Assert.Equal(new AttemptResult.Failed(AttemptFault.Stopped, "another worker was first"), loser.Result);
    }
}
