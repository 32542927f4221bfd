using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Signing;

/// <summary>How much the signer signs for, whatever it is asked. A day is a calendar day in UTC.</summary>
internal sealed record SignerCaps
{
    /// <summary>Signatures of transactions on one day: replacements included, so that the record of a day stays small.</summary>
    public const int MaxSignaturesPerDay = 20_000;

    /// <summary>Transactions of each purpose on one day: several times what a busy orchestrator needs, with rounds of 19 hours.</summary>
    private static readonly Dictionary<TransactionPurpose, int> s_perDay = new()
    {
        [TransactionPurpose.TicketRedemption] = 2_000,
        [TransactionPurpose.Reward] = 6,
        [TransactionPurpose.RoundInitialization] = 6,
        [TransactionPurpose.Withdrawal] = 24,
        [TransactionPurpose.Payout] = 2_000,
        [TransactionPurpose.Registration] = 20,
        [TransactionPurpose.Cancellation] = 50,
    };

    public required Wei MaxFeePerGas { get; init; }

    public required ulong MaxGasLimit { get; init; }

    public required Wei MaxGasCostPerDay { get; init; }

    public required Wei MaxPayout { get; init; }

    public required Wei MaxPayoutPerDay { get; init; }

    public required LptWei MaxLptPayout { get; init; }

    public required LptWei MaxLptPayoutPerDay { get; init; }

    public required IReadOnlyDictionary<TransactionPurpose, int> PerDay { get; init; }

    public static IReadOnlyDictionary<TransactionPurpose, int> WithDefaults(IDictionary<TransactionPurpose, int> given) =>
        s_perDay.ToDictionary(entry => entry.Key, entry => given.TryGetValue(entry.Key, out var count) ? count : entry.Value);

    /// <summary>Why a transaction by itself is above a cap; null when it is not.</summary>
    public string? Refuse(Transaction1559 transaction, Spending spending)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.MaxFeePerGas > MaxFeePerGas)
        {
            return $"MaxFeePerGas: it offers {transaction.MaxFeePerGas.ToDigits()} wei for a gas, the cap is {MaxFeePerGas.ToDigits()}";
        }

        if (transaction.MaxPriorityFeePerGas > transaction.MaxFeePerGas)
        {
            return $"fees: the tip of {transaction.MaxPriorityFeePerGas.ToDigits()} wei is above the whole fee of {transaction.MaxFeePerGas.ToDigits()}";
        }

        if (transaction.GasLimit > MaxGasLimit)
        {
            return $"MaxGasLimit: its gas limit is {transaction.GasLimit}, the cap is {MaxGasLimit}";
        }

        if (spending.Eth > MaxPayout)
        {
            return $"MaxPayout: it pays {spending.Eth}, the cap of one payout is {MaxPayout}";
        }

        return spending.Lpt > MaxLptPayout ? $"MaxLptPayout: it pays {spending.Lpt}, the cap of one payout is {MaxLptPayout}" : null;
    }

    /// <summary>Why a day with these totals is above a cap; null when it is not.</summary>
    public string? Refuse(DayTotals day, TransactionPurpose purpose)
    {
        if (day.Signatures > MaxSignaturesPerDay)
        {
            return $"signatures: {MaxSignaturesPerDay} transactions were signed today, which is the most of one day";
        }

        if (day.Counts.GetValueOrDefault(purpose) > PerDay[purpose])
        {
            return $"PerDay:{purpose}: it would be number {day.Counts[purpose]} today, the cap is {PerDay[purpose]} a day";
        }

        if (day.Gas > MaxGasCostPerDay)
        {
            return $"MaxGasCostPerDay: with it {day.Gas} would be offered for gas today, the cap is {MaxGasCostPerDay} a day";
        }

        if (day.Eth > MaxPayoutPerDay)
        {
            return $"MaxPayoutPerDay: with it {day.Eth} would be paid out today, the cap is {MaxPayoutPerDay} a day";
        }

        return day.Lpt > MaxLptPayoutPerDay
            ? $"MaxLptPayoutPerDay: with it {day.Lpt} would be paid out today, the cap is {MaxLptPayoutPerDay} a day"
            : null;
    }
}

/// <summary>What a transaction may cost us: of several with one nonce at most one takes place, so of each figure the largest counts.</summary>
/// <param name="Gas">Gas limit times fee.</param>
/// <param name="Eth">ETH paid out.</param>
/// <param name="Lpt">LPT paid out.</param>
internal readonly record struct Spending(Wei Gas, Wei Eth, LptWei Lpt)
{
    public static Spending Largest(Spending left, Spending right) =>
        new(Wei.Max(left.Gas, right.Gas), Wei.Max(left.Eth, right.Eth), left.Lpt > right.Lpt ? left.Lpt : right.Lpt);
}

/// <summary>What was signed on a day.</summary>
internal sealed record DayTotals(Wei Gas, Wei Eth, LptWei Lpt, IReadOnlyDictionary<TransactionPurpose, int> Counts, int Signatures);
