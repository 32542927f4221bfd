using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>What goes wrong.</summary>
internal enum ChaosKind
{
    /// <summary>A worker is killed with everything it began.</summary>
    KillWorker,

    /// <summary>The codec process of a worker is killed.</summary>
    KillHost,

    KillPostgres,

    KillServer,

    /// <summary>A worker's connections are half-open from now on.</summary>
    ForgetConnections,

    /// <summary>Nothing passes on a worker's line for a while.</summary>
    StallLine,

    /// <summary>A worker comes that answers noise.</summary>
    Garbage,

    /// <summary>A worker comes that answers well, but late.</summary>
    Late,

    /// <summary>A worker comes that says everything twice.</summary>
    Twice,

    /// <summary>A worker comes that never answers.</summary>
    Never,

    /// <summary>A worker comes that lies about what it made.</summary>
    WrongCounts,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="At">When, counted from the beginning.</param>
/// <param name="Kind">What.</param>
/// <param name="Dice">Decides what is left open: which worker, for how long.</param>
internal sealed record ChaosEvent(TimeSpan At, ChaosKind Kind, int Dice);

/// <summary>What goes wrong in a run, all of it made of one seed: rounds of every kind, each in another order, at random instants.</summary>
internal sealed record ChaosPlan(int Seed, IReadOnlyList<ChaosEvent> Events)
{
    /// <summary>Variable that repeats a run.</summary>
    public const string SeedVariable = "CHAOS_SEED";

    private const int ShortSeed = 20_261_121;

    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_leastGap = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_mostGap = TimeSpan.FromSeconds(4.5);

    /// <summary>The plan of this run: short and the same every time, ten minutes and another every time with <c>./pool test --long</c>.</summary>
    public static ChaosPlan OfThisRun()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var given) ? given : LongRun.IsAskedFor ? Random.Shared.Next() : ShortSeed;
        return Of(seed, LongRun.IsAskedFor ? s_long : s_short);
    }

    /// <summary>At least one whole round, and further events until the time is over.</summary>
    public static ChaosPlan Of(int seed, TimeSpan length)
    {
        var random = new Random(seed);
        var kinds = Enum.GetValues<ChaosKind>();
        var events = new List<ChaosEvent>();
        var at = TimeSpan.Zero;
        while (at < length)
        {
            random.Shuffle(kinds);
            foreach (var kind in kinds.TakeWhile(_ => events.Count < kinds.Length || at < length))
            {
                at += s_leastGap + ((s_mostGap - s_leastGap) * random.NextDouble());
                events.Add(new ChaosEvent(at, kind, random.Next()));
            }
        }

        return new ChaosPlan(seed, events);
    }
}
