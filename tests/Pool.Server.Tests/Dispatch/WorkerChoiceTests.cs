using Pool.Server.Dispatch;
using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Dispatch;

public sealed class WorkerChoiceTests
{
    [Fact]
    public void Sessions_spread_over_workers_and_then_stay()
    {
        var (choice, workers) = Choice(2, 2);

        var one = choice.TryTake(TestPlaces.Work("a"), TestPlaces.Nobody)!;
        var two = choice.TryTake(TestPlaces.Work("b"), TestPlaces.Nobody)!;
        one.Dispose();
        two.Dispose();

        Assert.Equal(workers, [one.Worker, two.Worker]);
        Assert.Same(one.Worker, choice.TryTake(TestPlaces.Work("a"), TestPlaces.Nobody)!.Worker);
        Assert.Same(two.Worker, choice.TryTake(TestPlaces.Work("b"), TestPlaces.Nobody)!.Worker);
    }

    [Fact]
    public async Task New_sessions_that_choose_at_once_do_not_meet()
    {
        for (var round = 0; round < 200; round++)
        {
            var (choice, _) = Choice(2, 2);
            using var start = new Barrier(2);

            var taken = await Task.WhenAll(new[] { "a", "b" }.Select(session => Task.Run(() =>
            {
                start.SignalAndWait();
                return choice.TryTake(TestPlaces.Work(session), TestPlaces.Nobody)!.Worker;
            })));

            Assert.NotSame(taken[0], taken[1]);
        }
    }

    [Fact]
    public void A_worker_that_failed_or_cannot_or_is_full_is_passed_over()
    {
        var (choice, workers) = Choice(2, 2);
        var work = TestPlaces.Work("a");

        Assert.Same(workers[1], choice.TryTake(work, new HashSet<WorkerId> { workers[0].Identity.Id })!.Worker);
        Assert.Null(choice.TryTake(work with { Needs = CapabilitySet.Of(Capability.HevcEncode) }, TestPlaces.Nobody));
        Assert.Null(choice.TryTake(work, workers.Select(worker => worker.Identity.Id).ToHashSet()));
        for (var slot = 0; slot < 3; slot++)
        {
            Assert.NotNull(choice.TryTake(work, TestPlaces.Nobody));
        }

        Assert.Null(choice.TryTake(work, TestPlaces.Nobody));
    }

    [Fact]
    public void A_new_session_goes_to_the_worker_that_would_be_through_first()
    {
        var (choice, workers) = Choice(2, 2);
        workers[0].Takes(TimeSpan.FromSeconds(1));
        workers[1].Takes(TimeSpan.FromSeconds(0.25));

        var taken = new[] { "a", "b", "c" }.Select(session => choice.TryTake(TestPlaces.Work(session), TestPlaces.Nobody)!.Worker);

        Assert.Equal([workers[1], workers[1], workers[0]], taken);
    }

    [Fact]
    public void A_worker_that_nobody_has_measured_is_taken_for_the_fastest_so_that_it_gets_a_session_and_is_measured()
    {
        var (choice, workers) = Choice(4, 4, 4);
        workers[0].Takes(TimeSpan.FromSeconds(0.5));
        workers[1].Takes(TimeSpan.FromSeconds(1.9));

        var taken = new[] { "a", "b" }.Select(session => Taken(choice, session));

        Assert.Equal([workers[0], workers[2]], taken);
    }

    [Fact]
    public void A_worker_that_was_slow_once_is_tried_again_when_it_was_not_asked_for_a_while()
    {
        var (choice, workers) = Choice(4, 4);
        var now = TimeProvider.System.GetUtcNow();
        workers[0].Takes(TimeSpan.FromSeconds(1));
        workers[1].Takes(TimeSpan.FromSeconds(20), now);
        Assert.Equal([workers[0], workers[0]], new[] { "a", "b" }.Select(session => Taken(choice, session)));

        var (later, again) = Choice(4, 4);
        again[0].Takes(TimeSpan.FromSeconds(1));
        again[1].Takes(TimeSpan.FromSeconds(20), now - Novelty.ForgottenAfter - TimeSpan.FromSeconds(1));

        Assert.Equal([again[0], again[1]], new[] { "a", "b" }.Select(session => Taken(later, session)));
    }

    [Fact]
    public void A_session_leaves_a_worker_that_falls_behind_for_one_that_is_much_faster_and_stays_otherwise()
    {
        var (choice, workers) = Choice(2, 2);
        Assert.Same(workers[0], Taken(choice, "a"));

        workers[0].Takes(TimeSpan.FromSeconds(3));
        workers[1].Takes(TimeSpan.FromSeconds(2));
        Assert.Same(workers[0], Taken(choice, "a"));

        var (other, others) = Choice(2, 2);
        Assert.Same(others[0], Taken(other, "a"));
        others[0].Takes(TimeSpan.FromSeconds(3));
        others[1].Takes(TimeSpan.FromSeconds(1));
        Assert.Same(others[1], Taken(other, "a"));
        Assert.Equal(others[1].Identity.Id, other.WorkerOf("a"));
    }

    [Fact]
    public void A_worker_that_fails_again_and_again_rests_unless_there_is_nobody_else()
    {
        var (choice, workers) = Choice(2, 2);
        for (var failure = 0; failure <= RestPolicy.Forgiven; failure++)
        {
            workers[0].Record.Failed(TimeProvider.System.GetUtcNow());
        }

        Assert.Same(workers[1], Taken(choice, "a"));
        Assert.Same(workers[1], Taken(choice, "b"));
        Assert.Same(workers[0], choice.TryTake(TestPlaces.Work("c"), new HashSet<WorkerId> { workers[1].Identity.Id })!.Worker);
    }

    [Fact]
    public void A_hedge_takes_only_what_is_to_spare_and_in_time()
    {
        var (choice, workers) = Choice(2, 2);
        var busy = choice.TryTake(TestPlaces.Work("a"), TestPlaces.Nobody)!.Worker;
        var (work, taken) = (TestPlaces.Work("a"), new HashSet<WorkerId> { busy.Identity.Id });
        var idle = workers.Single(worker => worker != busy);
        idle.Takes(TimeSpan.FromSeconds(1.5));

        Assert.Null(choice.TryTakeSpare(work, taken, left: TimeSpan.FromSeconds(1), othersWait: false));
        Assert.Same(idle, choice.TryTakeSpare(work, taken, left: TimeSpan.FromSeconds(2), othersWait: true)!.Worker);
        Assert.Null(choice.TryTakeSpare(work, taken, left: TimeSpan.FromSeconds(2), othersWait: true));
        Assert.Same(idle, choice.TryTakeSpare(work, taken, left: TimeSpan.FromSeconds(2), othersWait: false)!.Worker);
        Assert.Equal(busy.Identity.Id, choice.WorkerOf("a"));
    }

    [Fact]
    public void A_session_that_has_ended_is_not_moved_back_to_life()
    {
        var (choice, workers) = Choice(1, 1);
        Taken(choice, "a");

        choice.Forget("a");
        choice.Move("a", workers[1].Identity.Id);

        Assert.Null(choice.WorkerOf("a"));
    }

    private static ConnectedWorker Taken(WorkerChoice choice, string session)
    {
        using var slot = choice.TryTake(TestPlaces.Work(session), TestPlaces.Nobody)!;
        return slot.Worker;
    }

    private static (WorkerChoice Choice, IReadOnlyList<ConnectedWorker> Workers) Choice(params int[] capacities)
    {
        var (registry, workers) = TestPlaces.Workers(capacities);
        return (new WorkerChoice(registry, TimeProvider.System), workers);
    }
}
