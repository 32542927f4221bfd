using Pool.Server.Workers;

namespace Pool.Server.Dispatch.Policies;

/// <summary>
/// What a worker is taken for when nobody knows how fast it is: as fast as the fastest. Whoever is new, or was slow once and has not been asked since, gets a
/// session that way, and is measured by it; a hedge stands by. Otherwise one bad moment would be the last that anybody learned of it.
/// </summary>
internal static class Novelty
{
    /// <summary>What was measured longer ago than this is not known any more.</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(1);

    /// <summary>When nobody has been measured, all are taken for equal; how fast does not matter then.</summary>
    private static readonly TimeSpan s_nobodyMeasured = TimeSpan.FromSeconds(1);

    /// <summary>Whether it is known how fast the worker is.</summary>
    public static bool IsKnown(WorkerFigures worker, DateTimeOffset now) => worker.SecondsPerPixel is not null && now - worker.MeasuredAt <= ForgottenAfter;

    /// <summary>What those who are not known are expected to take.</summary>
    /// <param name="known">What the others are expected to take.</param>
    public static TimeSpan Expected(IEnumerable<TimeSpan> known) => known.DefaultIfEmpty(s_nobodyMeasured).Min();
}
