using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Pool.Server.Data;

namespace Pool.Server.Ledger;

/// <summary>An account and what is in it, for people and programs.</summary>
/// <param name="Posted">What was posted, from the account's normal side.</param>
/// <param name="Reserved">What is pending out of it.</param>
/// <param name="Expected">What is pending into it.</param>
public sealed record AccountLine(string Code, string Asset, string NormalSide, BigInteger Posted, BigInteger Reserved, BigInteger Expected);

/// <summary>A transfer from the side of one account.</summary>
/// <param name="Change">What it adds to the account, from its normal side; below zero when it takes away. A pending one adds it only when it is posted.</param>
/// <param name="State"><c>posted</c>, <c>pending</c> or <c>voided</c>.</param>
/// <param name="Other">The other account.</param>
public sealed record TransferLine(
    long Id, DateTimeOffset At, string Key, Guid Posting, BigInteger Change, string State, string Other, string Reason, string Source, long Epoch, int TermsVersion, string Actor);

/// <summary>Reads accounts and transfers for whoever shows them; decides nothing.</summary>
public sealed class LedgerReader(IDbContextFactory<PoolDbContext> databases)
{
    /// <summary>Lines of one answer.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Accounts whose name begins like this, by name; all without.</summary>
    public async Task<IReadOnlyList<AccountLine>> AccountsAsync(string prefix, int limit, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<AccountRow>().AsNoTracking().Where(account => account.Code.StartsWith(prefix))
            .OrderBy(account => account.Code).ThenBy(account => account.Asset).Take(Math.Clamp(limit, 1, MaxLines)).ToListAsync(cancellationToken);
        return [.. rows.Select(Line)];
    }

    /// <summary>The latest transfers of an account, the newest first; null when there is no such account. What ends a pending transfer is shown in that one's state.</summary>
    public async Task<IReadOnlyList<TransferLine>?> TransfersAsync(string code, string asset, int limit, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var account = await db.Set<AccountRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Code == code && row.Asset == asset, cancellationToken);
        if (account is null)
        {
            return null;
        }

        var rows = await (
            from transfer in db.Set<TransferRow>().AsNoTracking()
            where transfer.PendingId == null && (transfer.DebitAccount == account.Id || transfer.CreditAccount == account.Id)
            join other in db.Set<AccountRow>() on transfer.DebitAccount == account.Id ? transfer.CreditAccount : transfer.DebitAccount equals other.Id
            join ending in db.Set<TransferRow>() on (long?)transfer.Id equals ending.PendingId into endings
            from end in endings.DefaultIfEmpty()
            orderby transfer.Id descending
            select new { Transfer = transfer, Other = other.Code, End = (string?)end.Kind }).Take(Math.Clamp(limit, 1, MaxLines)).ToListAsync(cancellationToken);
        return [.. rows.Select(row => Line(account, row.Transfer, row.Other, row.End))];
    }

    private static bool IsDebit(AccountRow account) => account.NormalSide == Side.Debit.Code();

    private static AccountLine Line(AccountRow account) => IsDebit(account)
        ? new(account.Code, account.Asset, account.NormalSide, account.PostedDebits - account.PostedCredits, account.PendingCredits, account.PendingDebits)
        : new(account.Code, account.Asset, account.NormalSide, account.PostedCredits - account.PostedDebits, account.PendingDebits, account.PendingCredits);

    private static TransferLine Line(AccountRow account, TransferRow transfer, string other, string? end)
    {
        var adds = (transfer.DebitAccount == account.Id) == IsDebit(account);
        var state = (transfer.Kind, end) switch
        {
            (EnteredOrder.Immediate, _) or (_, EnteredOrder.Post) => "posted",
            (_, EnteredOrder.Void) => "voided",
            _ => "pending",
        };
        return new(
            transfer.Id, transfer.At, transfer.Key, transfer.Posting, adds ? transfer.Amount : -transfer.Amount, state, other, transfer.Reason,
            $"{transfer.SourceKind} {transfer.SourceId}", transfer.Epoch, transfer.TermsVersion, transfer.Actor);
    }
}
