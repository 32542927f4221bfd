namespace Pool.Server.Dispatch.Policies;

/// <summary>A worker as a place for a segment: the pool's choice is the least of all candidates.</summary>
/// <param name="Sessions">Sessions that are with it.</param>
/// <param name="InFlight">Segments it holds.</param>
/// <param name="Capacity">Segments it sustains at once, at least 1.</param>
/// <param name="Expected">What it is expected to take for the segment alone.</param>
internal readonly record struct Placement(int Sessions, int InFlight, int Capacity, TimeSpan Expected) : IComparable<Placement>
{
    /// <summary>Whether it can take one more session and still have a slot for each.</summary>
    public bool HasHeadroom => Sessions < Capacity && InFlight < Capacity;

    /// <summary>When the segment would be through: the more of its capacity is in use, the later.</summary>
    public TimeSpan Finish => Expected * (1 + ((double)(Sessions + InFlight) / Capacity));

    /// <summary>Headroom first, then the earlier finish.</summary>
    public int CompareTo(Placement other) =>
        HasHeadroom != other.HasHeadroom ? other.HasHeadroom.CompareTo(HasHeadroom) : Finish.CompareTo(other.Finish);

    public static bool operator <(Placement left, Placement right) => left.CompareTo(right) < 0;

    public static bool operator >(Placement left, Placement right) => left.CompareTo(right) > 0;

    public static bool operator <=(Placement left, Placement right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Placement left, Placement right) => left.CompareTo(right) >= 0;
}
