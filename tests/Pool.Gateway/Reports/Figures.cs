namespace Pool.Gateway.Reports;

/// <summary>The arithmetic of a run's figures.</summary>
public static class Figures
{
    /// <summary>The smallest value that at least this share of the values do not exceed (nearest rank); null without values.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double? Percentile(IReadOnlyCollection<double> values, double share)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var rank = Math.Clamp((int)Math.Ceiling(share * values.Count), 1, values.Count);
        return values.Order().ElementAt(rank - 1);
    }

    /// <summary>Seconds of media of one stream for each second it took.</summary>
    public static double RealTimeRatio(TimeSpan mediaPerStream, TimeSpan elapsed) =>
        elapsed > TimeSpan.Zero ? mediaPerStream / elapsed : 0;

    /// <summary>
    /// The network's leaderboard score: success rate × (1 − e^(−segment's duration ÷ round trip)), with averages of both. 0 when nothing
    /// came back.
    /// </summary>
    public static double Score(int sent, int ok, TimeSpan averageDuration, TimeSpan averageRoundTrip)
    {
        if (sent == 0 || ok == 0)
        {
            return 0;
        }

        var speed = averageRoundTrip > TimeSpan.Zero ? 1 - Math.Exp(-(averageDuration / averageRoundTrip)) : 1;
        return (double)ok / sent * speed;
    }
}
