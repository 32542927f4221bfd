using System.Numerics;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Rounds.Income;

/// <summary>What of a block is booked, and how.</summary>
/// <param name="Block">The block's hash: the keys of its transfers.</param>
/// <param name="Round">Round the block is of.</param>
internal sealed record IncomeBlock(Bytes32 Block, long Round)
{
    private const string Actor = "rounds";

    /// <summary>Version of the terms that income is booked under: they say how it is shared, not what it is.</summary>
    private const int TermsVersion = 1;

    /// <summary>What came into the fees that the protocol holds; what they lost by rounding down.</summary>
    /// <param name="change">What the block changed.</param>
    /// <param name="withdrawn">What was withdrawn in the block.</param>
    public IEnumerable<LedgerOrder> Fees(FigureChange change, Wei withdrawn)
    {
        if (!withdrawn.IsZero)
        {
            yield return Move("withdrawn", Accounts.OperatorEquity(Asset.Eth), Accounts.ProtocolFeesUnwithdrawn, LedgerAmount.Eth(withdrawn), Reason.FeesWithdrawn);
        }

        var came = change.After.Fees.Value + withdrawn.Value - change.Before.Fees.Value;
        if (came.Sign > 0)
        {
            yield return Move("fees", Accounts.ProtocolFeesUnwithdrawn, Accounts.OperatorEquity(Asset.Eth), LedgerAmount.Eth(new Wei(came)), Reason.TicketRedeemed);
        }
        else if (came.Sign < 0)
        {
            yield return Move("fees", Accounts.OperatorEquity(Asset.Eth), Accounts.ProtocolFeesUnwithdrawn, LedgerAmount.Eth(new Wei(-came)), Reason.Rounding);
        }
    }

    /// <summary>What the stake gained or lost.</summary>
    /// <param name="change">What the block changed.</param>
    /// <param name="isReward">Whether the reward was called in the block; otherwise somebody has bonded or unbonded.</param>
    public IEnumerable<LedgerOrder> Stake(FigureChange change, bool isReward)
    {
        var grown = change.After.Stake.Value - change.Before.Stake.Value;
        if (grown.Sign > 0)
        {
            yield return Move("stake", Accounts.Stake, Accounts.OperatorEquity(Asset.Lpt), Lpt(grown), isReward ? Reason.Reward : Reason.Capital);
        }
        else if (grown.Sign < 0)
        {
            yield return Move("stake", Accounts.OperatorEquity(Asset.Lpt), Accounts.Stake, Lpt(-grown), Reason.Capital);
        }
    }

    /// <summary>What was there when the books began.</summary>
    public IEnumerable<LedgerOrder> Opening(HeldByProtocol held, Wei gasFloat)
    {
        var opening = new FigureChange(default, held);
        return Fees(opening, Wei.Zero).Concat(Stake(opening, isReward: false)).Cast<Transfer>()
            .Select(order => (LedgerOrder)(order with { Grounds = order.Grounds with { Reason = Reason.Capital } }))
            .Concat(GasFloat(gasFloat));
    }

    /// <summary>ETH that came to the key without anything of ours.</summary>
    public IEnumerable<LedgerOrder> GasFloat(Wei came) => came.IsZero
        ? []
        : [Move("gas_float", Accounts.GasFloat, Accounts.OperatorEquity(Asset.Eth), LedgerAmount.Eth(came), Reason.Capital)];

    private static LedgerAmount Lpt(BigInteger amount) => LedgerAmount.Lpt(new LptWei(amount));

    private Transfer Move(string what, Account debit, Account credit, LedgerAmount amount, Reason reason) => new(
        $"block/{Block}/{what}", debit, credit, amount,
        new Grounds(reason, new TransferSource(SourceKind.ChainTransaction, $"block {Block}"), Round, TermsVersion, Actor));
}
