using Pool.Shared.Contracts;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class PoolPulseTests
{
    [Fact]
    public void A_pool_that_is_silent_for_three_periods_with_work_in_hand_is_dead()
    {
        var pulse = new PoolPulse();

        var beats = Enumerable.Range(0, WorkerLink.MaxUnansweredProbes + 1).Select(_ => pulse.Beat(hasWork: true));

        Assert.Equal([true, true, false], beats);
    }

    [Fact]
    public void Any_word_of_the_pool_begins_the_count_anew()
    {
        var pulse = new PoolPulse();
        for (var period = 0; period < 10; period++)
        {
            Assert.True(pulse.Beat(hasWork: true));
            Assert.True(pulse.Beat(hasWork: true));
            pulse.Hear();
        }
    }

    [Fact]
    public void A_pool_may_be_silent_to_an_idle_worker_and_that_silence_does_not_count()
    {
        var pulse = new PoolPulse();

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(pulse.Beat(hasWork: false)));
        Assert.True(pulse.Beat(hasWork: true));
    }
}
