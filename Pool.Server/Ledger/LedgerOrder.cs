namespace Pool.Server.Ledger;

/// <summary>Limits of what the ledger takes.</summary>
public static class LedgerLimits
{
    /// <summary>Transfers of one posting: a payout run of 10,000 payees with several lines each.</summary>
    public const int MaxTransfers = 100_000;

    /// <summary>Characters of a key, an actor or the id of a source.</summary>
    public const int MaxText = 200;
}

/// <summary>Who moved money, and on what grounds.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Source">What it is the consequence of.</param>
/// <param name="Epoch">Epoch it belongs to; stamped once by whoever decides it, never computed again.</param>
/// <param name="TermsVersion">Version of the terms that were in force, from 1.</param>
/// <param name="Actor">Who did it: a room of the pool, or an operator by name.</param>
public sealed record Grounds(Reason Reason, TransferSource Source, long Epoch, int TermsVersion, string Actor);

/// <summary>
/// Something to be entered. The key is chosen and stored before the first attempt, so that a repetition is the same order: it is entered once,
/// however often it is posted.
/// </summary>
/// <param name="Key">Unique in the ledger for ever, e.g. <c>epoch/20400/credit/…</c>.</param>
/// <param name="Grounds">Why.</param>
public abstract record LedgerOrder(string Key, Grounds Grounds);

/// <summary>Moves an amount: debits one account and credits another.</summary>
/// <param name="Key"><inheritdoc cref="LedgerOrder"/></param>
/// <param name="Debit">The account that is debited, of the amount's asset.</param>
/// <param name="Credit">The account that is credited, of the same asset.</param>
/// <param name="Amount">How much.</param>
/// <param name="Grounds">Why.</param>
public sealed record Transfer(string Key, Account Debit, Account Credit, LedgerAmount Amount, Grounds Grounds) : LedgerOrder(Key, Grounds)
{
    /// <summary>Only reserved for now: the amount is no longer there for others, and not yet there for whom it is meant, until the transfer is posted or voided.</summary>
    public bool IsPending { get; init; }
}

/// <summary>A pending transfer takes place.</summary>
/// <param name="Key">A key of its own.</param>
/// <param name="PendingKey">Key of the pending transfer.</param>
/// <param name="Grounds">Why.</param>
public sealed record PostPending(string Key, string PendingKey, Grounds Grounds) : LedgerOrder(Key, Grounds);

/// <summary>A pending transfer does not take place.</summary>
/// <inheritdoc cref="PostPending"/>
public sealed record VoidPending(string Key, string PendingKey, Grounds Grounds) : LedgerOrder(Key, Grounds);
