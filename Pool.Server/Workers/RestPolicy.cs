namespace Pool.Server.Workers;

/// <summary>A worker that fails again and again rests for a while, each time twice as long. One good result and all is forgotten.</summary>
internal static class RestPolicy
{
    /// <summary>Failures in a row that are taken for bad luck.</summary>
    public const int Forgiven = 2;

    public static readonly TimeSpan First = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private const int MaxDoublings = 10;

    /// <summary>How long a worker rests after so many failures in a row.</summary>
    public static TimeSpan After(int failuresInARow)
    {
        if (failuresInARow <= Forgiven)
        {
            return TimeSpan.Zero;
        }

        var rest = First * (1 << Math.Min(failuresInARow - Forgiven - 1, MaxDoublings));
        return rest < Longest ? rest : Longest;
    }
}
