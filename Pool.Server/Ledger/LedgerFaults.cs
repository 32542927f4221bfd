using Npgsql;

namespace Pool.Server.Ledger;

/// <summary>What the tables refuse, in the words of the room. The names of the constraints are those of migration 0020.</summary>
internal static class LedgerFaults
{
    /// <summary>A refusal that lies in the orders; null for everything else, which is a fault of the database or a bug.</summary>
    public static (LedgerRefusal Refusal, string Sentence)? Explain(PostgresException fault) => (fault.SqlState, fault.ConstraintName) switch
    {
        (_, "accounts_not_below_zero") => (LedgerRefusal.NotEnough, $"{Capital(fault.MessageText)}."),
        (_, "transfers_ended_once") => (LedgerRefusal.EndedBefore, "A pending transfer among these was posted or voided before."),
        (_, "transfers_end_fits") => (LedgerRefusal.NoSuchPending, $"{Capital(fault.MessageText)}."),
        (_, "transfers_settlement_balances") => (LedgerRefusal.Unbalanced, $"{Capital(fault.MessageText)}."),
        (_, "accounts_payee_fkey" or "accounts_worker_fkey") => (LedgerRefusal.NoSuchOwner, "An account belongs to a payee or worker that is not known."),
        (PostgresErrorCodes.NumericValueOutOfRange, _) => (LedgerRefusal.TooMuch, "More has gone through an account than it can count."),
        _ => null,
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
