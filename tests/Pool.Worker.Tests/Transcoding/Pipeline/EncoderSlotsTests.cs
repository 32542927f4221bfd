using FsCheck;
using FsCheck.Fluent;
using Pool.Worker.Tests.Connection;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Tests.Transcoding.Pipeline;

public sealed class EncoderSlotsTests
{
    [Fact]
    public void As_many_encoders_run_as_there_are_threads_and_the_next_one_when_a_place_is_given_back()
    {
        var slots = new EncoderSlots(2, TimeProvider.System);
        var places = Enumerable.Range(0, 3).Select(_ => slots.Ask(1)).ToList();

        Assert.Equal([true, true, false], places.Select(place => place.IsGranted));

        places[0].Dispose();

        Assert.True(places[2].IsGranted);
    }

    [Fact]
    public void Nobody_overtakes_an_encoder_that_waits_for_more_threads()
    {
        var slots = new EncoderSlots(2, TimeProvider.System);
        using var running = slots.Ask(1);
        using var wide = slots.Ask(2);
        using var narrow = slots.Ask(1);

        Assert.False(wide.IsGranted);
        Assert.False(narrow.IsGranted);

        running.Dispose();

        Assert.True(wide.IsGranted);
        Assert.False(narrow.IsGranted);
    }

    [Fact]
    public void An_encoder_that_wants_more_threads_than_there_are_gets_all()
    {
        using var place = new EncoderSlots(2, TimeProvider.System).Ask(16);

        Assert.True(place.IsGranted);
        Assert.Equal(2, place.Threads);
    }

    [Fact]
    public void Who_has_waited_long_enough_takes_a_place_and_the_next_ones_wait_for_it_too()
    {
        var slots = new EncoderSlots(1, TimeProvider.System);
        var running = slots.Ask(1);
        var impatient = slots.Ask(1);
        using var next = slots.Ask(1);

        impatient.Take(TimeSpan.Zero, CancellationToken.None);
        running.Dispose();

        Assert.True(impatient.IsGranted);
        Assert.False(next.IsGranted);

        impatient.Dispose();

        Assert.True(next.IsGranted);
    }

    [Fact]
    public void A_long_encoder_goes_on_beside_the_next_one()
    {
        var time = new ManualTime();
        var slots = new EncoderSlots(1, time);
        using var giant = slots.Ask(1);
        using var next = slots.Ask(1);

        giant.YieldAfterTurn();
        Assert.False(next.IsGranted);

        time.Advance(EncoderSlots.LongestTurn + TimeSpan.FromTicks(1));
        giant.YieldAfterTurn();

        Assert.True(next.IsGranted);
    }

    [Fact]
    public void Who_leaves_before_its_turn_is_forgotten()
    {
        var slots = new EncoderSlots(1, TimeProvider.System);
        var running = slots.Ask(1);
        var gone = slots.Ask(1);
        using var next = slots.Ask(1);

        gone.Dispose();
        running.Dispose();

        Assert.True(next.IsGranted);
    }

    [Fact]
    public void However_they_come_and_go_no_thread_is_lost_and_none_is_given_twice() => Prop.ForAll(
        Gen.Choose(1, 4).Select(threads => threads).ToArbitrary(),
        ArbMap.Default.ArbFor<(byte Wanted, byte Leaver)[]>(),
        (threads, steps) =>
        {
            var slots = new EncoderSlots(threads, TimeProvider.System);
            var places = new List<EncoderSlots.Place>();
            foreach (var (wanted, leaver) in steps)
            {
                places.Add(slots.Ask(wanted % 5));
                if (leaver % 2 == 0)
                {
                    var index = leaver % places.Count;
                    places[index].Dispose();
                    places.RemoveAt(index);
                }

                Assert.True(places.Where(place => place.IsGranted).Sum(place => place.Threads) <= threads);
            }

            places.ForEach(place => place.Dispose());
            using var all = slots.Ask(threads);
            Assert.True(all.IsGranted);
        }).QuickCheckThrowOnFailure();
}
