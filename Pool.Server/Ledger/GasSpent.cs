using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Ledger;

/// <summary>Gas of a transaction that stays: it was spent whether or not the transaction did what it should.</summary>
public static class GasSpent
{
    /// <summary>Version of the terms gas is booked under: they say who bears it in the end, not what it was.</summary>
    private const int TermsVersion = 1;

    /// <summary>The transfer, once for each transaction; none where gas cost nothing.</summary>
    /// <param name="transaction">Hash of the transaction.</param>
    /// <param name="cost">What it cost.</param>
    /// <param name="epoch">Epoch it belongs to.</param>
    /// <param name="actor">Who sent it.</param>
    public static IEnumerable<LedgerOrder> Orders(Bytes32 transaction, Wei cost, long epoch, string actor)
    {
        if (!cost.IsZero)
        {
            yield return new Transfer(
                $"gas/{transaction}", Accounts.Gas, Accounts.GasFloat, LedgerAmount.Eth(cost),
                new Grounds(Reason.Gas, new TransferSource(SourceKind.ChainTransaction, transaction.ToString()), epoch, TermsVersion, actor));
        }
    }
}
