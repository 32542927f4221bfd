using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>
/// What the pool measured of a worker, as it is kept over a restart. It is where measuring begins again and nothing more: the next results
/// of the worker count as ever, and whatever is in it is bounded when it is read.
/// </summary>
public sealed record WorkerMeasurement
{
    /// <summary>A change of a speed by less than this factor is not worth a row.</summary>
    private const double MaterialFactor = 1.25;

    /// <summary>Speeds beyond these are nobody's: a thousandth of a second for each pixel, and a hundred seconds for each second of video.</summary>
    private const double MaxSecondsPerPixel = 1e-3;

    private const double MaxSecondsPerByte = 1e-3;
    private const double MaxRatio = 100;

    /// <summary>More failures in a row than this change nothing.</summary>
    private const int MaxFailures = 20;

    /// <summary>What is older is not believed: the rig may be another one by now.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(30);

    /// <summary>Whose.</summary>
    public required WorkerId WorkerId { get; init; }

    /// <summary>Work, without the segment's way to the worker; null when that was not measured.</summary>
    public double? SecondsPerPixel { get; init; }

    /// <summary>The segment's way to the worker; null likewise.</summary>
    public double? SecondsPerByte { get; init; }

    /// <summary>Time a segment takes in all, divided by its duration; null likewise.</summary>
    public double? RealTimeRatio { get; init; }

    /// <summary>Segments at once that it was seen to sustain.</summary>
    public required int Capacity { get; init; }

    /// <summary>Failures since its last good result.</summary>
    public required int FailuresInARow { get; init; }

    /// <summary>Until then it gets work only when nobody else could do it; null when it does not rest.</summary>
    public DateTimeOffset? RestsUntil { get; init; }

    /// <summary>When it was so.</summary>
    public required DateTimeOffset MeasuredAt { get; init; }

    /// <summary>The same within what can be; null when it is too old to say anything.</summary>
    /// <param name="maxCapacity">Segments at once at the most.</param>
    /// <param name="now">The time.</param>
    internal WorkerMeasurement? Believed(int maxCapacity, DateTimeOffset now)
    {
        if (now - MeasuredAt > MaxAge)
        {
            return null;
        }

        var longestRest = now + RestPolicy.Longest;
        return this with
        {
            SecondsPerPixel = SecondsPerPixel is > 0 and <= MaxSecondsPerPixel ? SecondsPerPixel : null,
            SecondsPerByte = SecondsPerByte is >= 0 and <= MaxSecondsPerByte ? SecondsPerByte : null,
            RealTimeRatio = RealTimeRatio is > 0 and <= MaxRatio ? RealTimeRatio : null,
            Capacity = Math.Clamp(Capacity, 1, maxCapacity),
            FailuresInARow = Math.Clamp(FailuresInARow, 0, MaxFailures),
            RestsUntil = RestsUntil > longestRest ? longestRest : RestsUntil,
        };
    }

    /// <summary>Whether a restart with the one instead of the other would make a difference.</summary>
    internal bool IsMateriallyOther(WorkerMeasurement? kept) =>
        kept is null || Capacity != kept.Capacity || FailuresInARow != kept.FailuresInARow || RestsUntil != kept.RestsUntil
        || IsOther(SecondsPerPixel, kept.SecondsPerPixel) || IsOther(SecondsPerByte, kept.SecondsPerByte) || IsOther(RealTimeRatio, kept.RealTimeRatio)
        || MeasuredAt - kept.MeasuredAt > MaxAge / 2;

    private static bool IsOther(double? now, double? kept) =>
        now is null != kept is null || now > kept * MaterialFactor || now * MaterialFactor < kept;
}

internal sealed class WorkerMeasurementConfiguration : IEntityTypeConfiguration<WorkerMeasurement>
{
    public void Configure(EntityTypeBuilder<WorkerMeasurement> builder)
    {
        builder.HasKey(measurement => measurement.WorkerId);
        builder.HasOne<Worker>().WithOne().HasForeignKey<WorkerMeasurement>(measurement => measurement.WorkerId);
        builder.Property(measurement => measurement.SecondsPerPixel);
        builder.Property(measurement => measurement.SecondsPerByte);
        builder.Property(measurement => measurement.RealTimeRatio);
        builder.Property(measurement => measurement.Capacity);
        builder.Property(measurement => measurement.FailuresInARow);
        builder.Property(measurement => measurement.RestsUntil);
        builder.Property(measurement => measurement.MeasuredAt);
        builder.ToSnakeCaseTable("worker_records");
    }
}
