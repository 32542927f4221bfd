using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Dispatch;
using Pool.Server.Tests.Kit;
using Pool.Server.Workers;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Dispatch;

public sealed class WaitingLineTests
{
    private const int MaxWaiting = 3;

    [Fact]
    public async Task Who_came_first_is_served_first_also_before_one_who_comes_when_a_slot_is_free()
    {
        var (line, _) = Line(1);
        var held = (await Take(line, "a"))!;
        var (second, third) = (Take(line, "b"), Take(line, "c"));

        held.Dispose();
        var fourth = Take(line, "d");

        var served = (await second.WaitAsync(Patience.Limit))!;
        Assert.False(third.IsCompleted || fourth.IsCompleted);
        served.Dispose();
        line.Serve();
        (await third.WaitAsync(Patience.Limit))!.Dispose();
        line.Serve();
        Assert.NotNull(await fourth.WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task A_segment_that_came_to_the_pool_earlier_is_served_first_though_it_stands_in_line_later()
    {
        var (line, _) = Line(1);
        var held = (await Take(line, "a"))!;
        var now = DateTimeOffset.UnixEpoch;
        Task<WorkerSlot?> At(string session, int second) =>
            line.TakeAsync(TestPlaces.Work(session) with { ReceivedAt = now + TimeSpan.FromSeconds(second) }, TestPlaces.Nobody, CancellationToken.None);
        var (middle, last, first) = (At("b", 2), At("c", 3), At("d", 1));

        held.Dispose();
        foreach (var turn in new[] { first, middle, last })
        {
            line.Serve();
            (await turn.WaitAsync(Patience.Limit))!.Dispose();
        }
    }

    [Fact]
    public async Task Who_cannot_use_what_is_free_does_not_hold_up_those_behind()
    {
        var (line, _) = Line(1);
        var held = (await Take(line, "a"))!;
        var picky = line.TakeAsync(TestPlaces.Work("b") with { Needs = CapabilitySet.Of(Capability.HevcEncode) }, TestPlaces.Nobody, CancellationToken.None);
        var modest = Take(line, "c");

        held.Dispose();
        line.Serve();

        Assert.NotNull(await modest.WaitAsync(Patience.Limit));
        Assert.False(picky.IsCompleted);
    }

    [Fact]
    public async Task A_full_line_turns_away_at_once_and_who_gives_up_makes_room()
    {
        var (line, _) = Line(1);
        var held = (await Take(line, "a"))!;
        using var patience = new CancellationTokenSource();
        var impatient = line.TakeAsync(TestPlaces.Work("b"), TestPlaces.Nobody, patience.Token);
        var waiting = Enumerable.Range(0, MaxWaiting - 1).Select(number => Take(line, $"c{number}")).ToList();

        Assert.Null(await Take(line, "d"));
        await patience.CancelAsync();
        Assert.Null(await impatient.WaitAsync(Patience.Limit));
        var last = Take(line, "e");

        Assert.False(last.IsCompleted);
        Assert.True(line.HasWaiting);
        held.Dispose();
        line.Serve();
        Assert.NotNull(await waiting[0].WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Who_comes_when_the_time_is_up_gets_nothing_though_a_slot_is_free()
    {
        var (line, workers) = Line(1);

        Assert.Null(await line.TakeAsync(TestPlaces.Work("a"), TestPlaces.Nobody, new CancellationToken(canceled: true)));

        Assert.Equal(0, workers[0].InFlight);
    }

    /// <summary>Whatever happens in whatever order: a slot is with one holder or free, and nobody waits while one is free.</summary>
    [Fact]
    public void No_slot_is_lost_or_given_twice() => Check.QuickThrowOnFailure(Prop.ForAll(Steps(), steps =>
    {
        var (line, workers) = Line(2, 1);
        var asked = new List<(Task<WorkerSlot?> Turn, CancellationTokenSource Patience)>();
        var given = new HashSet<WorkerSlot>();
        foreach (var step in steps)
        {
            switch (step % 4)
            {
                case 0:
                    var patience = new CancellationTokenSource();
                    asked.Add((line.TakeAsync(TestPlaces.Work($"session {step}"), TestPlaces.Nobody, patience.Token), patience));
                    break;
                case 1 when Held(asked, given).FirstOrDefault() is { } slot:
                    slot.Dispose();
                    slot.Dispose();
                    given.Add(slot);
                    line.Serve();
                    break;
                case 2 when asked.Count > 0:
                    asked[step % asked.Count].Patience.Cancel();
                    break;
                case 3:
                    workers[step % 2].SetWish(step % 3);
                    line.Serve();
                    break;
            }

            // A turn that has come runs on the thread pool: every slot that was taken is in somebody's hands in the end.
            if (!SpinWait.SpinUntil(() => Held(asked, given).Count() == workers.Sum(worker => worker.InFlight), Patience.Limit))
            {
                return false;
            }

            var held = Held(asked, given).ToList();
            if (held.Count != held.Distinct().Count()
                || workers.Any(worker => worker.InFlight != held.Count(slot => slot.Worker == worker))
                || (line.HasWaiting && workers.Any(worker => worker.HasFreeSlot)))
            {
                return false;
            }
        }

        return true;
    }));

    /// <summary>The slots that were handed out and not given back.</summary>
    private static IEnumerable<WorkerSlot> Held(List<(Task<WorkerSlot?> Turn, CancellationTokenSource Patience)> asked, HashSet<WorkerSlot> given) =>
        asked.Where(one => one.Turn.IsCompletedSuccessfully).Select(one => one.Turn.Result).OfType<WorkerSlot>().Where(slot => !given.Contains(slot));

    private static Arbitrary<int[]> Steps() => Gen.Choose(0, 1000).ArrayOf().ToArbitrary();

    private static Task<WorkerSlot?> Take(WaitingLine line, string session) =>
        line.TakeAsync(TestPlaces.Work(session), TestPlaces.Nobody, CancellationToken.None);

    private static (WaitingLine Line, IReadOnlyList<ConnectedWorker> Workers) Line(params int[] capacities)
    {
        var (registry, workers) = TestPlaces.Workers(capacities);
        return (new WaitingLine(new WorkerChoice(registry, TimeProvider.System), MaxWaiting), workers);
    }
}
