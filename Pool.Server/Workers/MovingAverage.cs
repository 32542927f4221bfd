namespace Pool.Server.Workers;

/// <summary>An average in which the newest value has a fixed weight and older ones fade (EWMA).</summary>
internal static class MovingAverage
{
    /// <summary>Weight of the newest value: about the last ten count.</summary>
    public const double NewestWeight = 0.2;

    /// <summary>The average after <paramref name="value"/>; the first value is the average.</summary>
    public static double Next(double? average, double value) =>
        average is { } known ? (known * (1 - NewestWeight)) + (value * NewestWeight) : value;
}
