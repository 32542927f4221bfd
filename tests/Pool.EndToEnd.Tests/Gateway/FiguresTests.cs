using Pool.Gateway.Reports;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests.Gateway;

public class FiguresTests
{
    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(1, 100)]
    public void A_percentile_is_one_of_the_values(double share, double expected)
    {
        Assert.Equal(expected, Figures.Percentile([.. Enumerable.Range(1, 100).Reverse().Select(number => (double)number)], share));
    }

    [Fact]
    public void Without_values_there_is_no_percentile()
    {
        Assert.Null(Figures.Percentile([], 0.5));
    }

    [Theory]
    // The network's published points for segments of 2 s: a round trip of 1 s gives 0.86, 0.5 s 0.98, 4 s 0.39.
    [InlineData(1.0, 0.865)]
    [InlineData(0.5, 0.982)]
    [InlineData(4.0, 0.393)]
    public void The_score_is_the_leaderboards(double roundTrip, double score)
    {
        Assert.Equal(score, Figures.Score(10, 10, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(roundTrip)), 3);
    }

    [Fact]
    public void Lost_segments_lower_the_score_in_proportion()
    {
        var whole = Figures.Score(10, 10, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

        Assert.Equal(whole / 2, Figures.Score(10, 5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)), 12);
        Assert.Equal(0, Figures.Score(10, 0, TimeSpan.FromSeconds(2), TimeSpan.Zero));
    }

    [Fact]
    public void Errors_of_attempts_are_told_in_order_and_once()
    {
        Assert.Equal("a; then b; then a", SegmentPusher.Join(["a", "b", "b", "a"]));
    }

    [Fact]
    public void A_segment_is_listed_as_retried_or_lost_and_one_that_came_back_at_once_as_neither()
    {
        var trip = TimeSpan.FromSeconds(1);
        var atOnce = new SegmentOutcome(trip, 1, 1, Error: null);
        var retried = new SegmentOutcome(trip, 1, 2, Error: null) { Before = "the connection failed" };
        var lost = new SegmentOutcome(trip, 0, 3, "No sessions available");

        Assert.Equal((null, null), (atOnce.LossOf("s", 1), atOnce.RetryOf("s", 1)));
        Assert.Equal((null, "s, segment 2: back at attempt 2, before that the connection failed"), (retried.LossOf("s", 2), retried.RetryOf("s", 2)));
        Assert.Equal(("s, segment 3: No sessions available", null), (lost.LossOf("s", 3), lost.RetryOf("s", 3)));
    }
}
