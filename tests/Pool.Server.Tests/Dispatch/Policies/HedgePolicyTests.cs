using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;

namespace Pool.Server.Tests.Dispatch.Policies;

/// <summary>When a second worker is set on a segment, on whose capacity, and how often.</summary>
public sealed class HedgePolicyTests
{
    [Theory]
    [InlineData(2.0, null, 1.0)]
    [InlineData(2.0, 0.1, 1.0)]
    [InlineData(2.0, 2.0, 3.0)]
    [InlineData(10.0, 2.0, 5.0)]
    public void A_hedge_comes_at_half_the_duration_or_half_as_late_again_as_expected_whichever_is_later(double duration, double? expected, double after) =>
        Assert.Equal(
            TimeSpan.FromSeconds(after),
            HedgeTime.After(TimeSpan.FromSeconds(duration), expected is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

    [Fact]
    public void Hedges_never_exceed_their_share_of_the_segments_and_what_was_saved() => Check.QuickThrowOnFailure(Prop.ForAll(Steps(), steps =>
    {
        const double Share = 0.1;
        var budget = new HedgeBudget(Share);
        var (segments, hedges) = (0, 0);
        foreach (var isSegment in steps)
        {
            if (isSegment)
            {
                budget.Earn();
                segments++;
            }
            else if (budget.TrySpend())
            {
                hedges++;
            }
        }

        return hedges <= HedgeBudget.MaxSaved + (segments * Share);
    }));

    [Fact]
    public void A_share_of_nothing_is_never_a_hedge()
    {
        var budget = new HedgeBudget(0);

        budget.Earn();

        Assert.False(budget.TrySpend());
    }

    [Fact]
    public void A_spent_budget_comes_back_with_the_segments()
    {
        var budget = new HedgeBudget(0.5);
        while (budget.TrySpend())
        {
        }

        budget.Earn();
        Assert.False(budget.TrySpend());
        budget.Earn();
        Assert.True(budget.TrySpend());
        Assert.False(budget.TrySpend());
    }

    [Theory]
    [InlineData(null, 0, 0, 1, false, true)]
    [InlineData(null, 1, 0, 2, false, false)]
    [InlineData(0.5, 1, 0, 2, false, true)]
    [InlineData(0.5, 1, 1, 2, false, false)]
    [InlineData(0.5, 2, 0, 2, false, false)]
    [InlineData(0.5, 1, 0, 2, true, false)]
    [InlineData(0.5, 0, 0, 2, true, true)]
    [InlineData(1.5, 1, 0, 8, false, false)]
    [InlineData(1.5, 0, 0, 8, false, true)]
    public void A_hedge_goes_where_there_is_time_and_room_to_spare(double? ratio, int inFlight, int late, int capacity, bool othersWait, bool may) =>
        Assert.Equal(may, SpareCapacity.MayHedge(new WorkerFigures(null, null, ratio, 0, default, default), inFlight, late, capacity, othersWait));

    private static Arbitrary<bool[]> Steps() => Gen.Elements(true, false, false).ArrayOf().ToArbitrary();
}
