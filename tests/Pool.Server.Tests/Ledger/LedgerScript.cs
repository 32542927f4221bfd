using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Ledger;
using Pool.Shared.Money;
using static Pool.Server.Tests.Ledger.LedgerUnderTest;

namespace Pool.Server.Tests.Ledger;

/// <summary>One thing that somebody posts, whatever the others do.</summary>
internal abstract record Step
{
    /// <summary>Work earns, and a part of it matures by the same posting.</summary>
    public sealed record EarnAndMature(int Worker, int Amount, int Matures) : Step;

    /// <summary>Cash goes round among payees, in any order: postings that lock the same accounts.</summary>
    public sealed record GoRound(IReadOnlyList<(int From, int To, int Amount)> Moves) : Step;

    /// <summary>A payout is reserved and then posted, voided or left as it is.</summary>
    public sealed record PayOutTo(int Payee, int Amount, bool? Succeeds) : Step;
}

/// <summary>Random steps, what they are as postings, and what becomes of the balances when a posting is taken.</summary>
internal static class LedgerScript
{
    private const int MaxSteps = 40;
    private const int MaxMoves = 6;
    private const int MaxAmount = 60;

    public static Arbitrary<Step[]> Any { get; } = Gen.Choose(1, MaxSteps).SelectMany(count => Gen.OneOf(EarnAndMature(), GoRound(), PayOutTo()).ArrayOf(count)).ToArbitrary();

    /// <summary>The postings of a step, each after the one before was taken.</summary>
    public static IReadOnlyList<LedgerOrder[]> Postings(Step step, string key) => step switch
    {
        Step.EarnAndMature work => [[Earn($"{key}/earn", work.Amount, work.Worker), Mature($"{key}/mature", work.Matures, work.Worker)]],
        Step.GoRound round => [[.. round.Moves.Select((move, number) => Move($"{key}/{number}", move.From, move.To, move.Amount))]],
        Step.PayOutTo { Succeeds: null } open => [[Reserve($"{key}/reserve", open.Amount, open.Payee)]],
        Step.PayOutTo { Succeeds: true } paid => [[Reserve($"{key}/reserve", paid.Amount, paid.Payee)], [new PostPending($"{key}/post", $"{key}/reserve", PayOut)]],
        Step.PayOutTo failed => [[Reserve($"{key}/reserve", failed.Amount, failed.Payee)], [new VoidPending($"{key}/void", $"{key}/reserve", PayOut)]],
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>Adds what a posting that was taken makes of the four sums of its accounts.</summary>
    public static void Apply(IReadOnlyList<LedgerOrder> posting, Dictionary<string, Transfer> reserved, Dictionary<Account, BigInteger[]> sums)
    {
        foreach (var order in posting)
        {
            var (transfer, change) = order switch
            {
                PostPending end => (reserved[end.PendingKey], (Posted: 1, Pending: -1)),
                VoidPending end => (reserved[end.PendingKey], (Posted: 0, Pending: -1)),
                Transfer { IsPending: true } pending => (reserved[order.Key] = pending, (Posted: 0, Pending: 1)),
                _ => ((Transfer)order, (Posted: 1, Pending: 0)),
            };
            Add(sums, transfer.Debit, 0, transfer.Amount.Value * change.Posted);
            Add(sums, transfer.Credit, 1, transfer.Amount.Value * change.Posted);
            Add(sums, transfer.Debit, 2, transfer.Amount.Value * change.Pending);
            Add(sums, transfer.Credit, 3, transfer.Amount.Value * change.Pending);
        }
    }

    private static void Add(Dictionary<Account, BigInteger[]> sums, Account account, int place, BigInteger amount)
    {
        if (!sums.TryGetValue(account, out var four))
        {
            sums[account] = four = new BigInteger[4];
        }

        four[place] += amount;
    }

    private static Transfer Move(string key, int from, int to, int amount) =>
        new(key, Payable(from), Payable(to), LedgerAmount.Eth(new Wei(amount)), Work with { Reason = Reason.Correction });

    private static Gen<Step> EarnAndMature() =>
        from worker in Gen.Choose(0, Payees - 1)
        from amount in Gen.Choose(1, MaxAmount)
        from matures in Gen.Choose(1, MaxAmount)
        select (Step)new Step.EarnAndMature(worker, amount, matures);

    private static Gen<Step> GoRound() =>
        from count in Gen.Choose(1, MaxMoves)
        from moves in Moves().ArrayOf(count)
        select (Step)new Step.GoRound(moves);

    private static Gen<(int From, int To, int Amount)> Moves() =>
        from start in Gen.Choose(0, Payees - 1)
        from step in Gen.Choose(1, Payees - 1)
        from amount in Gen.Choose(1, MaxAmount)
        select (start, (start + step) % Payees, amount);

    private static Gen<Step> PayOutTo() =>
        from payee in Gen.Choose(0, Payees - 1)
        from amount in Gen.Choose(1, MaxAmount)
        from succeeds in Gen.Elements<bool?>(true, false, null)
        select (Step)new Step.PayOutTo(payee, amount, succeeds);
}
