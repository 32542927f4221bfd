namespace Pool.Benchmarks;

/// <summary>What a series of measurements comes to, in milliseconds.</summary>
/// <param name="Median">The middle one.</param>
/// <param name="Least">The lowest.</param>
/// <param name="Low">A tenth is lower.</param>
/// <param name="High">A tenth is higher.</param>
/// <param name="Tail">All but one in a hundred are lower.</param>
/// <param name="Most">The highest.</param>
internal sealed record Spread(double Median, double Least, double Low, double High, double Tail, double Most)
{
    public static Spread Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(time => time.TotalMilliseconds).Order()];
        return new Spread(At(sorted, 0.5), sorted[0], At(sorted, 0.1), At(sorted, 0.9), At(sorted, 0.99), sorted[^1]);
    }

    private static double At(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
