using System.Globalization;
using System.Numerics;
using Pool.Gateway.Reports;

namespace Pool.Demo;

/// <summary>What a worker was credited with during the run.</summary>
public sealed record WorkerShare(string NodeKey, string Payee, long Segments, BigInteger Pixels);

/// <summary>Both sides of the run: what the gateway received and what the pool booked.</summary>
/// <param name="Workers">Every worker the pool knows, with what it was credited with since the run began.</param>
/// <param name="Contributions">Rows that were added to the books.</param>
/// <param name="ReceivedSegments">Segments that the gateway got back right.</param>
/// <param name="ReceivedPixels">Pixels of all renditions the gateway holds.</param>
public sealed record Books(IReadOnlyList<WorkerShare> Workers, long Contributions, long ReceivedSegments, BigInteger ReceivedPixels)
{
    /// <summary>Segments that were booked.</summary>
    public long BookedSegments => Workers.Sum(worker => worker.Segments);

    /// <summary>Pixels that were booked.</summary>
    public BigInteger BookedPixels => Workers.Aggregate(BigInteger.Zero, (sum, worker) => sum + worker.Pixels);

    /// <summary>What does not agree, with both numbers; null when the books agree.</summary>
    public string? Disagreement
    {
        get
        {
            if (BookedSegments != ReceivedSegments)
            {
                return $"The workers were credited with {BookedSegments} segments, the gateway received {ReceivedSegments}.";
            }

            return BookedPixels == ReceivedPixels
                ? null
                : $"The workers were credited with {BookedPixels} pixels, the gateway received {ReceivedPixels}.";
        }
    }

    /// <summary>Holds the difference of two status snapshots against a report.</summary>
    public static Books Of(PoolStatus before, PoolStatus now, StreamReport report)
    {
        var earlier = before.Workers.ToDictionary(worker => worker.NodeKey, StringComparer.OrdinalIgnoreCase);
        return new Books(
            [.. now.Workers.Select(worker => Share(earlier.GetValueOrDefault(worker.NodeKey), worker))],
            now.Totals.Contributions - before.Totals.Contributions,
            report.Segments.Ok,
            report.Renditions.Aggregate(BigInteger.Zero, (sum, rendition) => sum + Parse(rendition.Pixels)));
    }

    private static WorkerShare Share(WorkerStatus? before, WorkerStatus now) => new(
        now.NodeKey, now.Payee, now.Segments - (before?.Segments ?? 0), now.PixelCount() - (before?.PixelCount() ?? BigInteger.Zero));

    private static BigInteger Parse(string pixels) => BigInteger.Parse(pixels, NumberStyles.None, CultureInfo.InvariantCulture);
}
