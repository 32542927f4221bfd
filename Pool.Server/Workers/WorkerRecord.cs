using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>One good result as the pool saw it. Every number is the pool's own count or clock, none is the worker's word.</summary>
/// <param name="Pixels">Pixels of all renditions.</param>
/// <param name="Elapsed">From the assignment to the outcome.</param>
/// <param name="SourceBytes">Length of the segment.</param>
/// <param name="Fetch">Time the segment was under way to the worker, part of <paramref name="Elapsed"/>.</param>
/// <param name="Duration">Duration of the segment's video.</param>
/// <param name="InFlight">Segments the worker held when it got this one, this one included.</param>
/// <param name="AssignedAt">When the worker got it.</param>
public sealed record FinishedWork(long Pixels, TimeSpan Elapsed, long SourceBytes, TimeSpan Fetch, TimeSpan Duration, int InFlight, DateTimeOffset AssignedAt)
{
    /// <summary>Whether the worker's connection was lost meanwhile: how long it took then says nothing of what the worker can do.</summary>
    public bool WasInterrupted { get; init; }

    /// <summary>Whether it was the pool's own clip, by which measuring begins.</summary>
    public bool IsPoolsClip { get; init; }
}

/// <summary>What the pool has measured of a worker; null where nothing has been.</summary>
/// <param name="SecondsPerPixel">Work, without the segment's way to the worker.</param>
/// <param name="SecondsPerByte">The segment's way to the worker.</param>
/// <param name="RealTimeRatio">Time a segment takes in all, divided by its duration: above 1 the worker falls behind.</param>
/// <param name="FailuresInARow">Failures since its last good result.</param>
/// <param name="RestsUntil">Until then it gets work only when nobody else could do it.</param>
/// <param name="MeasuredAt">When its speed was last seen.</param>
public readonly record struct WorkerFigures(
    double? SecondsPerPixel, double? SecondsPerByte, double? RealTimeRatio, int FailuresInARow, DateTimeOffset RestsUntil, DateTimeOffset MeasuredAt)
{
    private const double PixelsPerMegapixel = 1e6;

    public double? MegapixelsPerSecond => 1 / SecondsPerPixel / PixelsPerMegapixel;
}

/// <summary>What the pool has seen of one worker's work, over all the worker's connections. Safe to call from any thread.</summary>
/// <param name="startCapacity">Segments at once before anything was measured.</param>
/// <param name="maxCapacity">Segments at once at the most, whatever is measured.</param>
/// <param name="kept">What was measured before the pool's start, within its bounds; null when that is nothing. Here measuring begins.</param>
public sealed class WorkerRecord(int startCapacity, int maxCapacity, WorkerMeasurement? kept = null)
{
    /// <summary>Shorter segments tell nothing of real time: what every segment costs, whatever its length, outweighs their work.</summary>
    private static readonly TimeSpan s_leastDuration = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan s_leastElapsed = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly SustainedCapacity _capacity = new(kept is { RealTimeRatio: not null } ? kept.Capacity : startCapacity, maxCapacity);
    private WorkerFigures _figures = kept is null
        ? default
        : new WorkerFigures(kept.SecondsPerPixel, kept.SecondsPerByte, kept.RealTimeRatio, kept.FailuresInARow, kept.RestsUntil ?? default, kept.MeasuredAt);

    /// <summary>Segments at once that it was seen to sustain.</summary>
    public int SustainedCapacity => _capacity.Limit;

    public WorkerFigures Figures
    {
        get
        {
            lock (_gate)
            {
                return _figures;
            }
        }
    }

    /// <summary>Whether there is anything to keep.</summary>
    internal bool IsMeasured => Figures != default;

    /// <summary>What the books have of it; touched by nobody but their keeper.</summary>
    internal WorkerMeasurement? Kept { get; set; } = kept;

    /// <summary>What was measured, to be kept over a restart, as old as its speed is.</summary>
    internal WorkerMeasurement Measure(WorkerId worker, DateTimeOffset now)
    {
        var figures = Figures;
        return new WorkerMeasurement
        {
            WorkerId = worker,
            SecondsPerPixel = figures.SecondsPerPixel,
            SecondsPerByte = figures.SecondsPerByte,
            RealTimeRatio = figures.RealTimeRatio,
            Capacity = SustainedCapacity,
            FailuresInARow = figures.FailuresInARow,
            RestsUntil = figures.RestsUntil == default ? null : figures.RestsUntil,
            MeasuredAt = figures.MeasuredAt == default ? now : figures.MeasuredAt,
        };
    }

    /// <summary>A good result.</summary>
    public void Finished(FinishedWork work)
    {
        if (work.Pixels <= 0)
        {
            return;
        }

        if (work.WasInterrupted)
        {
            lock (_gate)
            {
                _figures = _figures with { FailuresInARow = 0, RestsUntil = default };
            }

            return;
        }

        var own = work.Elapsed - work.Fetch > s_leastElapsed ? work.Elapsed - work.Fetch : s_leastElapsed;
        lock (_gate)
        {
            _figures = _figures with
            {
                SecondsPerPixel = MovingAverage.Next(_figures.SecondsPerPixel, own.TotalSeconds / work.Pixels),
                SecondsPerByte = work.SourceBytes > 0
                    ? MovingAverage.Next(_figures.SecondsPerByte, work.Fetch.TotalSeconds / work.SourceBytes)
                    : _figures.SecondsPerByte,
                FailuresInARow = 0,
                RestsUntil = default,
                MeasuredAt = work.AssignedAt + work.Elapsed,
            };
            if (work.Duration >= s_leastDuration)
            {
                var ratio = work.Elapsed / work.Duration;
                if (work.IsPoolsClip && _figures.RealTimeRatio is null)
                {
                    // Once real work has shown anything, it says more than the clip.
                    _capacity.Begin(ratio);
                }

                _figures = _figures with { RealTimeRatio = MovingAverage.Next(_figures.RealTimeRatio, ratio) };
                _capacity.Observe(work.InFlight, ratio, work.AssignedAt, work.AssignedAt + work.Elapsed);
            }
        }
    }

    /// <summary>The pool stopped work that had taken this long and was not through: it is at least this slow.</summary>
    /// <param name="pixels">Pixels the whole work was expected to have.</param>
    /// <param name="elapsed">Time since the assignment.</param>
    /// <param name="now">The time.</param>
    public void Stopped(long pixels, TimeSpan elapsed, DateTimeOffset now)
    {
        if (pixels <= 0)
        {
            return;
        }

        var atLeast = elapsed.TotalSeconds / pixels;
        lock (_gate)
        {
            if (!(_figures.SecondsPerPixel >= atLeast))
            {
                _figures = _figures with { SecondsPerPixel = MovingAverage.Next(_figures.SecondsPerPixel, atLeast), MeasuredAt = now };
            }
        }
    }

    /// <summary>The worker failed, through no fault of the segment as far as one can see.</summary>
    public void Failed(DateTimeOffset now)
    {
        lock (_gate)
        {
            var failures = _figures.FailuresInARow + 1;
            _figures = _figures with { FailuresInARow = failures, RestsUntil = now + RestPolicy.After(failures) };
        }
    }
}
