using Pool.Server.Dispatch;
using Pool.Server.Segments;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;

namespace Pool.Server.Tests.Dispatch;

public sealed class WorkerChoiceTests
{
    private static readonly HashSet<WorkerId> s_nobody = [];

    [Fact]
    public void Sessions_spread_over_workers_and_then_stay()
    {
        var (choice, first, second) = TwoWorkers();

        var one = choice.TryTake(Work("a"), s_nobody)!;
        var two = choice.TryTake(Work("b"), s_nobody)!;
        one.GiveSlotBack();
        two.GiveSlotBack();

        Assert.Equal([first.Identity.Id, second.Identity.Id], new[] { one, two }.Select(worker => worker.Identity.Id).OrderBy(id => id.Value));
        Assert.Same(one, choice.TryTake(Work("a"), s_nobody));
        Assert.Same(two, choice.TryTake(Work("b"), s_nobody));
    }

    [Fact]
    public async Task New_sessions_that_choose_at_once_do_not_meet()
    {
        for (var round = 0; round < 200; round++)
        {
            var (choice, _, _) = TwoWorkers();
            using var start = new Barrier(2);

            var taken = await Task.WhenAll(new[] { "a", "b" }.Select(session => Task.Run(() =>
            {
                start.SignalAndWait();
                return choice.TryTake(Work(session), s_nobody);
            })));

            Assert.NotSame(taken[0], taken[1]);
        }
    }

    [Fact]
    public void A_worker_that_failed_or_cannot_or_is_full_is_passed_over()
    {
        var (choice, first, second) = TwoWorkers();
        var work = Work("a");

        Assert.Same(second, choice.TryTake(work, new HashSet<WorkerId> { first.Identity.Id }));
        Assert.Null(choice.TryTake(work with { Needs = CapabilitySet.Of(Capability.HevcEncode) }, s_nobody));
        Assert.Null(choice.TryTake(work, new HashSet<WorkerId> { first.Identity.Id, second.Identity.Id }));
        for (var slot = 0; slot < 3; slot++)
        {
            Assert.NotNull(choice.TryTake(work, s_nobody));
        }

        Assert.Null(choice.TryTake(work, s_nobody));
    }

    private static (WorkerChoice Choice, ConnectedWorker First, ConnectedWorker Second) TwoWorkers()
    {
        var registry = new WorkerRegistry();
        var workers = new[] { 1, 2 }.Select(number => new ConnectedWorker(
            new JoinedWorker(new WorkerId(new Guid(number, 0, 0, new byte[8])), Address.Zero, Address.Zero, "cpu", "test", CapabilitySet.Default),
            number.ToString(), null!, capacity: 2)).ToList();
        workers.ForEach(worker => registry.Add(worker));
        return (new WorkerChoice(registry), workers[0], workers[1]);
    }

    private static SegmentWork Work(string session) => new()
    {
        Id = new SegmentId(Guid.Empty),
        ReceivedAt = default,
        SessionId = session,
        Gateway = Address.Zero,
        ManifestId = default,
        Sequence = 0,
        DurationMilliseconds = 2000,
        Profiles = [],
        Needs = CapabilitySet.FromNumbers([0, 1, 12, 26]),
        Source = new SpoolFile("", "", 0),
        SourceHash = [],
    };
}
