using System.Collections.Concurrent;
using System.Data;
using Npgsql;
using Pool.Server.Data;

namespace Pool.Server.Ledger;

/// <summary>The ledger in Postgres: the tables keep the rules (migration 0020), this brings orders to them.</summary>
internal sealed class PostgresLedger(NpgsqlDataSource database, DatabaseRetry retry, LedgerMetrics metrics, TimeProvider time) : ILedger
{
    /// <summary>A posting waits for others that hold its accounts, and these for each other: seconds, not minutes.</summary>
    private static readonly Patience s_patience = new(RetryFor: TimeSpan.FromSeconds(10), Limit: TimeSpan.FromSeconds(60));

    /// <summary>Accounts that are committed, by code and asset; their ids never change.</summary>
    private readonly ConcurrentDictionary<(string Code, Asset Asset), long> _known = new();

    public async Task<Posting> PostAsync(IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        OrderRules.Check(orders);
        return await CountedAsync(() => retry.RunAsync(stop => PostAloneAsync(orders, stop), s_patience, cancellationToken));
    }

    public async Task<Posting> PostAsync(NpgsqlTransaction transaction, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        OrderRules.Check(orders);
        return transaction.IsolationLevel == IsolationLevel.ReadCommitted
            ? await CountedAsync(() => WriteAsync(transaction, isAlone: false, orders, cancellationToken))
            : throw new ArgumentException("A posting needs to see what was committed while it waited for its accounts: use read committed.", nameof(transaction));
    }

    public async Task<AccountBalance> BalanceAsync(Account account, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await AccountBook.ReadAsync(connection, account, cancellationToken);
    }

    private async Task<Posting> CountedAsync(Func<Task<Posting>> post)
    {
        try
        {
            var posting = await post();
            metrics.CountPosting(posting);
            return posting;
        }
        catch (LedgerRefusedException refused)
        {
            metrics.CountRefusal(refused.Refusal);
            throw;
        }
    }

    private async Task<Posting> PostAloneAsync(IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var posting = await WriteAsync(transaction, isAlone: true, orders, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return posting;
    }

    private async Task<Posting> WriteAsync(NpgsqlTransaction transaction, bool isAlone, IReadOnlyList<LedgerOrder> orders, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
        var now = time.GetUtcNow();
        try
        {
            var ids = await AccountBook.OpenAsync(connection, _known, isAlone, orders, now, cancellationToken);
            return await PostingWriter.WriteAsync(connection, orders, ids, now, cancellationToken);
        }
        catch (PostgresException fault) when (LedgerFaults.Explain(fault) is (var refusal, var sentence))
        {
            throw new LedgerRefusedException(refusal, sentence, fault);
        }
    }
}
