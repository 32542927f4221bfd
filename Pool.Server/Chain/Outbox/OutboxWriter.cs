using System.Data;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Outbox;

/// <summary>
/// The one who writes for an account: all of its statements go over one connection, which holds the account's advisory lock. Whoever loses the connection loses the lock and
/// the way to write in the same moment.
/// </summary>
internal sealed class OutboxWriter : IAsyncDisposable
{
    /// <summary>Mined intents that wait for finality, and sent ones, in one pass: a day's worth.</summary>
    private const int MaxUnsettled = 5_000;

    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _time;
    private bool _isCalled;

    private OutboxWriter(NpgsqlConnection connection, OutboxAccount sender, TimeProvider time)
    {
        (_connection, Sender, _time) = (connection, sender, time);
        _connection.Notification += (_, _) => _isCalled = true;
    }

    public OutboxAccount Sender { get; }

    /// <summary>Takes the account; null while another process has it.</summary>
    public static async Task<OutboxWriter?> TryTakeAsync(NpgsqlDataSource database, OutboxAccount sender, TimeProvider time, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = connection.CreateCommand(
                "SELECT pg_try_advisory_lock(hashtextextended('pool outbox ' || $1, 0))", $"{sender.ChainId}/{sender.Account}");
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken) ?? false))
            {
                await using var listen = connection.CreateCommand($"LISTEN {PostgresOutbox.Channel}");
                await listen.ExecuteNonQueryAsync(cancellationToken);
                return new OutboxWriter(connection, sender, time);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Waits until something is placed, or as long as this.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (!_isCalled)
        {
            await _connection.WaitAsync(atMost, cancellationToken);
        }

        _isCalled = false;
    }

    /// <summary>The account; null when it has never sent by this outbox.</summary>
    public async Task<AccountState?> AccountAsync(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand(
            "SELECT next_nonce, accepted_nonce, halt, halt_nonce FROM tx_accounts WHERE chain_id = $1 AND account = $2", ChainId, Account);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AccountState((ulong)reader.GetInt64(0), (ulong)reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : (ulong)reader.GetInt64(3))
            : null;
    }

    /// <summary>Begins with an account at the nonce that the chain has counted to.</summary>
    public Task BeginAsync(ulong nextNonce, CancellationToken cancellationToken) => ExecuteAsync(
        "INSERT INTO tx_accounts (chain_id, account, next_nonce) VALUES ($1, $2, $3)", cancellationToken, ChainId, Account, (long)nextNonce);

    public Task HaltAsync(string halt, ulong? haltNonce, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE tx_accounts SET halt = $3, halt_nonce = $4 WHERE chain_id = $1 AND account = $2",
        cancellationToken,
        ChainId,
        Account,
        halt,
        (long?)haltNonce);

    /// <summary>Those that are signed and not final, by nonce.</summary>
    public Task<List<StoredIntent>> SignedAsync(CancellationToken cancellationToken) => IntentReader.ReadAsync(
        _connection, "WHERE chain_id = $1 AND account = $2 AND state IN ('sent', 'mined') ORDER BY nonce LIMIT $3", [ChainId, Account, MaxUnsettled], cancellationToken);

    /// <summary>Those that wait for a nonce, oldest first, without some.</summary>
    public Task<List<StoredIntent>> PlannedAsync(int limit, long[] without, CancellationToken cancellationToken) => IntentReader.ReadAsync(
        _connection,
        "WHERE chain_id = $1 AND account = $2 AND state = 'planned' AND id <> ALL($4) ORDER BY id LIMIT $3",
        [ChainId, Account, limit, without],
        cancellationToken);

    /// <summary>How many intents are in each open state.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand(
            "SELECT state, count(*) FROM tx_intents WHERE chain_id = $1 AND account = $2 AND state IN ('planned', 'sent', 'mined') GROUP BY state", ChainId, Account);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }

    /// <summary>Nonces below this one are used for good, as far as was seen here; zero when none is.</summary>
    public async Task<ulong> FinalNoncesAsync(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand(
            "SELECT nonce + 1 FROM tx_intents WHERE chain_id = $1 AND account = $2 AND nonce IS NOT NULL AND final_at IS NOT NULL ORDER BY nonce DESC LIMIT 1",
            ChainId,
            Account);
        return (ulong)(long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }

    /// <summary>What keeps the account or its intents from going on.</summary>
    public async Task<int> CountAlarmsAsync(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand(
            """
            SELECT (SELECT count(*) FROM tx_intents WHERE chain_id = $1 AND account = $2 AND state IN ('planned', 'sent', 'mined') AND alarm <> '')
                + (SELECT count(*) FROM tx_accounts WHERE chain_id = $1 AND account = $2 AND halt <> '')
            """,
            ChainId,
            Account);
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }

    /// <summary>
    /// Takes the next nonce, has the transaction signed, and stores bytes and hash: all or nothing. Whoever crashes in here has told nobody of the nonce.
    /// </summary>
    /// <returns>The intent as it is now.</returns>
    /// <exception cref="SignerException">The signer does not sign.</exception>
    public async Task<StoredIntent> SignAsync(StoredIntent intent, Fees fees, ulong gasLimit, ISigner signer, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await using var next = _connection.CreateCommand(
            "UPDATE tx_accounts SET next_nonce = next_nonce + 1 WHERE chain_id = $1 AND account = $2 RETURNING next_nonce - 1", ChainId, Account);
        var nonce = (ulong)(long)(await next.ExecuteScalarAsync(cancellationToken) ?? throw new InvalidOperationException("The account was not begun with."));
        var signed = await signer.SignAsync(intent.Order.Purpose, Draft(intent.Order, nonce, fees, gasLimit), cancellationToken);
        var attempt = await AddAttemptAsync(intent, isCancellation: false, signed, cancellationToken);
        await ExecuteAsync("UPDATE tx_intents SET state = 'sent', nonce = $2, alarm = '' WHERE id = $1", cancellationToken, intent.Id, (long)nonce);
        await transaction.CommitAsync(cancellationToken);
        return intent with { State = IntentState.Sent, Nonce = nonce, Attempts = [attempt], Alarm = "" };
    }

    /// <summary>Signs another attempt with the intent's nonce: the same with other fees, or a cancellation.</summary>
    /// <exception cref="SignerException">The signer does not sign.</exception>
    public async Task<StoredIntent> SignAgainAsync(
        StoredIntent intent, Fees fees, bool isCancellation, ISigner signer, CancellationToken cancellationToken)
    {
        var (order, gasLimit) = isCancellation
            ? (new IntentOrder(intent.Order.Key, TransactionPurpose.Cancellation, Sender.Account, default), intent.LastAttempt.GasLimit)
            : (intent.Order, intent.LastAttempt.GasLimit);
        var signed = await signer.SignAsync(order.Purpose, Draft(order, intent.SentNonce, fees, gasLimit), cancellationToken);
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        var attempt = await AddAttemptAsync(intent, isCancellation, signed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return intent with { Attempts = [.. intent.Attempts, attempt] };
    }

    public Task MineAsync(StoredIntent intent, MinedAt mined, string? observed, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE tx_intents SET state = 'mined', mined_hash = $2, mined_block = $3, mined_block_hash = $4, observed = $5, alarm = '' WHERE id = $1",
        cancellationToken,
        intent.Id,
        mined.Transaction.ToBytes(),
        (long)mined.Block,
        mined.BlockHash.ToBytes(),
        observed);

    /// <summary>Its block is gone.</summary>
    public Task UnmineAsync(StoredIntent intent, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE tx_intents SET state = 'sent', mined_hash = NULL, mined_block = NULL, mined_block_hash = NULL, observed = NULL WHERE id = $1",
        cancellationToken,
        intent.Id);

    public Task AlarmAsync(StoredIntent intent, string alarm, CancellationToken cancellationToken) =>
        ExecuteAsync("UPDATE tx_intents SET alarm = $2 WHERE id = $1", cancellationToken, intent.Id, alarm);

    /// <summary>Ends an intent, and lets its owner book that in the same transaction.</summary>
    public async Task EndAsync(StoredIntent intent, IntentState state, string detail, Func<NpgsqlTransaction, Intent, Task> book, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            "UPDATE tx_intents SET state = $2, detail = $3, alarm = '', final_at = $4 WHERE id = $1",
            cancellationToken,
            intent.Id,
            IntentReader.Word(state),
            detail,
            _time.GetUtcNow());
        await book(transaction, (intent with { State = state, Detail = detail }).ToIntent());
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Gives the account free. A connection that goes back to its pool would keep the lock until it is used again.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
            {
                await using var command = _connection.CreateCommand("SELECT pg_advisory_unlock_all()");
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (NpgsqlException)
        {
            // The connection is broken, and the lock with it.
        }

        await _connection.DisposeAsync();
    }

    private long ChainId => (long)Sender.ChainId;

    private byte[] Account => Sender.Account.ToBytes();

    private Transaction1559 Draft(IntentOrder order, ulong nonce, Fees fees, ulong gasLimit) => new()
    {
        ChainId = Sender.ChainId,
        Nonce = nonce,
        MaxPriorityFeePerGas = fees.Tip,
        MaxFeePerGas = fees.Max,
        GasLimit = gasLimit,
        To = order.To,
        Value = order.Value,
        Data = order.Data,
    };

    private async Task<Attempt> AddAttemptAsync(StoredIntent intent, bool isCancellation, SignedTransaction signed, CancellationToken cancellationToken)
    {
        var form = signed.Transaction;
        var raw = signed.ToBytes();
        var attempt = new Attempt(
            Bytes32.Keccak(raw), intent.Attempts.Count + 1, isCancellation, new Fees(form.MaxFeePerGas, form.MaxPriorityFeePerGas), form.GasLimit, raw, _time.GetUtcNow());
        await ExecuteAsync(
            "INSERT INTO tx_attempts (hash, intent, number, is_cancellation, max_fee, priority_fee, gas_limit, raw, signed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            cancellationToken,
            attempt.Hash.ToBytes(),
            intent.Id,
            attempt.Number,
            isCancellation,
            attempt.Fees.Max.Value,
            attempt.Fees.Tip.Value,
            (long)attempt.GasLimit,
            raw,
            attempt.SignedAt);
        return attempt;
    }

    /// <summary>In the connection's transaction, while there is one.</summary>
    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        await using var command = _connection.CreateCommand(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
