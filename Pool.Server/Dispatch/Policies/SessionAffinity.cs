namespace Pool.Server.Dispatch.Policies;

/// <summary>
/// A session stays with its worker, whose decoder and encoders are warm. It moves only when its worker cannot keep up with the stream
/// and another one is so much faster that the cold start pays.
/// </summary>
internal static class SessionAffinity
{
    /// <summary>How many times faster another worker must be.</summary>
    public const double WorthMoving = 2;

    /// <summary>Whether the worker keeps up, so that nobody else need be looked at.</summary>
    public static bool KeepsUp(TimeSpan? expected, TimeSpan duration) => !(expected > duration);

    /// <summary>Whether the session stays.</summary>
    /// <param name="own">Expected time of the worker that has the session; null when nobody knows.</param>
    /// <param name="best">Expected time of the best other one; null when nobody knows.</param>
    /// <param name="duration">The segment's duration.</param>
    public static bool Stays(TimeSpan? own, TimeSpan? best, TimeSpan duration) =>
        KeepsUp(own, duration) || !(best * WorthMoving <= own);
}
