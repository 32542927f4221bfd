using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_double_up_to_the_longest_and_begin_again_after_a_reset()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), new FixedRandom(1));

        var waits = Enumerable.Range(0, 7).Select(_ => backoff.Next().TotalSeconds).ToList();
        backoff.Reset();

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], waits);
        Assert.Equal(1, backoff.Next().TotalSeconds);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.5, 0.75)]
    public void A_random_part_of_at_most_half_is_left_out(double random, double expected)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), new FixedRandom(random));

        Assert.Equal(expected, backoff.Next().TotalSeconds);
    }

    private sealed class FixedRandom(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
