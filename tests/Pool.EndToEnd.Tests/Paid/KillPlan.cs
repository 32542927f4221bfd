using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>Something that happens while money is on its way, and after which the server may die.</summary>
internal enum Moment
{
    /// <summary>A gateway sends a segment with its tickets.</summary>
    Sending,

    /// <summary>A segment was answered.</summary>
    Answered,

    /// <summary>A block was mined.</summary>
    Mined,

    /// <summary>A transaction of the pool waits at the node for its block.</summary>
    Ordered,

    /// <summary>A block was mined with transactions of the pool in it.</summary>
    Taken,

    /// <summary>A round's blocks are over.</summary>
    RoundOver,
}

/// <summary>A kill.</summary>
/// <param name="After">What it comes after.</param>
/// <param name="Delay">How long after it.</param>
internal sealed record PlannedKill(Moment After, TimeSpan Delay);

/// <summary>When the server is killed in a run, all of it made of one seed.</summary>
internal sealed record KillPlan(int Seed, IReadOnlyList<PlannedKill> Kills)
{
    /// <summary>Variable that repeats a run, as far as the machine lets it.</summary>
    public const string SeedVariable = "MONEY_SEED";

    private const int ShortSeed = 20_261_122;
    private const int ShortKills = 10;
    private const int LongKills = 50;

    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(300);

    /// <summary>Redemptions are what is rarest and has most steps.</summary>
    private static readonly Moment[] s_moments =
        [Moment.Sending, Moment.Answered, Moment.Answered, Moment.Mined, Moment.Ordered, Moment.Ordered, Moment.Ordered, Moment.Taken, Moment.Taken, Moment.RoundOver];

    /// <summary>The plan of this run: ten kills and the same every time, fifty and others every time with <c>./pool test --long</c>.</summary>
    public static KillPlan OfThisRun()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var given) ? given : LongRun.IsAskedFor ? Random.Shared.Next() : ShortSeed;
        var random = new Random(seed);
        return new KillPlan(seed, [.. Rounds(random).Take(LongRun.IsAskedFor ? LongKills : ShortKills)]);
    }

    /// <summary>Rounds of all moments, each in another order.</summary>
    private static IEnumerable<PlannedKill> Rounds(Random random)
    {
        var moments = s_moments.ToArray();
        while (true)
        {
            random.Shuffle(moments);
            foreach (var moment in moments)
            {
                yield return new PlannedKill(moment, s_longestDelay * random.NextDouble());
            }
        }
    }
}
