namespace Pool.Server.Workers;

/// <summary>
/// How many segments at once a worker was seen to sustain. It begins with what the pool's clip has shown; it grows when the worker stays comfortable with all
/// its places taken, and shrinks when results come slower than the video plays. One place is the least: a worker that is slow alone is slow,
/// not overloaded.
/// </summary>
internal sealed class SustainedCapacity
{
    /// <summary>Up to this share of the segment's duration a result is comfortable: the rest is the reserve for a harder scene.</summary>
    public const double ComfortableRatio = 0.8;

    /// <summary>Above this a stream falls behind.</summary>
    public const double OverloadRatio = 1.0;

    /// <summary>Comfortable results in a row, each with every place taken, for one place more.</summary>
    public const int GrowAfter = 5;

    /// <summary>Overloaded results in a row for one place less than was taken; those that something held up together count as one.</summary>
    public const int ShrinkAfter = 2;

    private readonly int _max;
    private int _limit;
    private int _comfortable;
    private int _overloaded;
    private DateTimeOffset _overloadedAt = DateTimeOffset.MinValue;

    public SustainedCapacity(int start, int max) => (_limit, _max) = (Math.Min(start, max), max);

    /// <summary>Segments at once. May be read by any thread.</summary>
    public int Limit
    {
        get => Volatile.Read(ref _limit);
        private set => Volatile.Write(ref _limit, value);
    }

    /// <summary>
    /// The pool's clip was through, alone: measuring begins with as many segments at once as could take turns at what it took and still be comfortable. By one thread
    /// at a time.
    /// </summary>
    /// <param name="ratio">Time it took, divided by the clip's duration.</param>
    public void Begin(double ratio) => Limit = (int)Math.Clamp(ComfortableRatio / ratio, 1, _max);

    /// <summary>Takes one result into account; by one thread at a time.</summary>
    /// <param name="inFlight">Segments the worker held when it got this one, this one included.</param>
    /// <param name="ratio">Time it took, divided by the segment's duration.</param>
    /// <param name="from">When the worker got it.</param>
    /// <param name="to">When it was done.</param>
    public void Observe(int inFlight, double ratio, DateTimeOffset from, DateTimeOffset to)
    {
        if (ratio > OverloadRatio)
        {
            _comfortable = 0;

            // What was in its hands at the same time was slow for the same reason: a line that stood still for a moment is no lack of capacity.
            if (inFlight > 1 && from >= _overloadedAt)
            {
                _overloaded++;
                _overloadedAt = to;
            }

            if (_overloaded >= ShrinkAfter)
            {
                _overloaded = 0;
                Limit = Math.Min(Limit, inFlight > 1 ? inFlight - 1 : 1);
            }

            return;
        }

        _overloaded = 0;
        if (inFlight < Limit)
        {
            return;
        }

        _comfortable = ratio <= ComfortableRatio ? _comfortable + 1 : 0;
        if (_comfortable >= GrowAfter)
        {
            _comfortable = 0;
            Limit = Math.Min(Limit + 1, _max);
        }
    }
}
