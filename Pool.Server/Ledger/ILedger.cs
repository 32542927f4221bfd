using System.Numerics;
using Npgsql;

namespace Pool.Server.Ledger;

/// <summary>The door of the room: the only way by which balances change.</summary>
public interface ILedger
{
    /// <summary>Enters all orders or none, in a transaction of its own, and tries again where the database fails in passing.</summary>
    /// <param name="orders">At least one; each with a key of its own.</param>
    /// <param name="cancellationToken">The caller has lost interest; the orders may have been entered all the same.</param>
    /// <exception cref="LedgerRefusedException">Nothing was entered, and trying again changes nothing.</exception>
    /// <exception cref="NpgsqlException">The database is away; repeat the same orders.</exception>
    Task<Posting> PostAsync(IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken);

    /// <summary>
    /// Enters all orders in the caller's transaction (read committed), which commits them with whatever else it did. Once in a transaction, and late in
    /// it: accounts stay locked until it ends, and two postings in one could wait for another's two in a circle.
    /// </summary>
    /// <param name="transaction">The transaction; after a refusal it can only be rolled back.</param>
    /// <param name="orders">At least one; each with a key of its own.</param>
    /// <param name="cancellationToken">The caller has lost interest.</param>
    /// <exception cref="LedgerRefusedException">Nothing was entered.</exception>
    Task<Posting> PostAsync(NpgsqlTransaction transaction, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken);

    /// <summary>What is in an account; nothing in one that was never used.</summary>
    Task<AccountBalance> BalanceAsync(Account account, CancellationToken cancellationToken);
}

/// <summary>Orders that are in the ledger.</summary>
/// <param name="Id">What they have in common.</param>
/// <param name="Transfers">How many they are.</param>
/// <param name="WasRepeated">Whether they had been entered before, by another call or by an attempt of this one whose answer was lost.</param>
public sealed record Posting(Guid Id, int Transfers, bool WasRepeated);

/// <summary>What is in an account, in base units. Sums of all time, so that they only grow (pending ones also shrink).</summary>
public sealed record AccountBalance(Account Account, BigInteger PostedDebits, BigInteger PostedCredits, BigInteger PendingDebits, BigInteger PendingCredits)
{
    /// <summary>What was posted, from the account's normal side.</summary>
    public BigInteger Posted => Account.NormalSide == Side.Debit ? PostedDebits - PostedCredits : PostedCredits - PostedDebits;

    /// <summary>What is reserved out of it.</summary>
    public BigInteger Reserved => Account.NormalSide == Side.Debit ? PendingCredits : PendingDebits;

    /// <summary>What may still leave it.</summary>
    public BigInteger Available => Posted - Reserved;
}

/// <summary>Why the ledger takes no order.</summary>
public enum LedgerRefusal
{
    /// <summary>The key was used for something else.</summary>
    OtherContent,

    /// <summary>Some of the orders were entered before and some were not: postings are whole, so these are not a repetition.</summary>
    PartlyEntered,

    /// <summary>An account that must not would go below zero.</summary>
    NotEnough,

    /// <summary>More has gone through an account than it can count (10^78).</summary>
    TooMuch,

    /// <summary>There is no such pending transfer.</summary>
    NoSuchPending,

    /// <summary>The pending transfer was posted or voided before.</summary>
    EndedBefore,

    /// <summary>A settlement does not retire as much of the claims as it hands out.</summary>
    Unbalanced,

    /// <summary>A payee or worker the account belongs to is not known.</summary>
    NoSuchOwner,
}

/// <summary>Orders were not entered, none of them.</summary>
public sealed class LedgerRefusedException(LedgerRefusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public LedgerRefusal Refusal { get; } = refusal;
}

/// <summary>The ledger is not as it must be: a bug, or somebody was at the tables.</summary>
public sealed class LedgerInvariantException(string message) : Exception(message);
