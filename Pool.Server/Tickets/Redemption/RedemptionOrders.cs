using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>A winning ticket in the ledger: a claim from its win to its end. The cash that it brings is booked by the contracts' own figures.</summary>
/// <param name="Ticket">Its hash: the keys of its transfers.</param>
/// <param name="Epoch">Epoch they belong to.</param>
internal sealed record RedemptionOrders(Bytes32 Ticket, long Epoch)
{
    private const string Actor = "redemption";

    /// <summary>Version of the terms that tickets are booked under: they say how income is shared, not what a ticket is.</summary>
    private const int TermsVersion = 1;

    /// <summary>It has won.</summary>
    public LedgerOrder Won(Wei faceValue) => Move("won", Accounts.TicketsWon, Accounts.TicketsExpected, faceValue, Reason.TicketWon);

    /// <summary>It was redeemed, for its face value or for what its sender still had.</summary>
    /// <param name="faceValue">Its face value.</param>
    /// <param name="paid">What the chain paid.</param>
    /// <param name="wasLost">Whether it had been given up.</param>
    public IEnumerable<LedgerOrder> Redeemed(Wei faceValue, Wei paid, bool wasLost)
    {
        var held = wasLost ? Accounts.LossUnredeemed : Accounts.TicketsWon;
        if (!paid.IsZero)
        {
            yield return Move("redeemed", Accounts.TicketsExpected, held, paid, Reason.TicketRedeemed);
        }

        if (!wasLost && paid < faceValue)
        {
            yield return Move("short", Accounts.LossUnredeemed, held, faceValue - paid, Reason.TicketLost);
        }
    }

    /// <summary>It will never be redeemed.</summary>
    public LedgerOrder Lost(Wei faceValue) => Move("lost", Accounts.LossUnredeemed, Accounts.TicketsWon, faceValue, Reason.TicketLost);

    private Transfer Move(string what, Account debit, Account credit, Wei amount, Reason reason) => new(
        $"ticket/{Ticket}/{what}", debit, credit, LedgerAmount.Claim(amount),
        new Grounds(reason, new TransferSource(SourceKind.Ticket, Ticket.ToString()), Epoch, TermsVersion, Actor));
}
