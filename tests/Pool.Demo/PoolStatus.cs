using System.Globalization;
using System.Numerics;

namespace Pool.Demo;

/// <summary>What the demo reads of the operator's status; pixels are decimal strings there.</summary>
public sealed record PoolStatus(IReadOnlyList<WorkerStatus> Workers, TotalStatus Totals);

/// <param name="Segments">Primary contributions in the books.</param>
/// <param name="Pixels">Pixels of these, a decimal string.</param>
/// <param name="MegapixelsPerSecond">Speed as the pool measured it, or null before its first result.</param>
public sealed record WorkerStatus(
    string NodeKey, string Payee, string Device, bool Connected, int Capacity, int InFlight, long Segments, string Pixels,
    double? MegapixelsPerSecond)
{
    /// <summary>The pixels as a number.</summary>
    public BigInteger PixelCount() => BigInteger.Parse(Pixels, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <param name="Contributions">Rows in the books.</param>
public sealed record TotalStatus(long Segments, long SegmentsOk, long SegmentsFailed, long Contributions, string Pixels);
