using Npgsql;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Settlement.Books;

/// <summary>Brings the journal to Postgres, group by group.</summary>
internal sealed partial class JournalCopier(Journal journal, BookWriter writer, RefusedRecords refused, ILogger<JournalCopier> logger)
{
    /// <summary>Records of one transaction.</summary>
    public const int MaxGroup = 1000;

    /// <summary>Classes of SQLSTATE that say that it is the record: bad data, a rule of the tables broken.</summary>
    private static readonly string[] s_recordClasses = ["22", "23"];

    /// <summary>Books the next group. False when there was none.</summary>
    /// <exception cref="NpgsqlException">Postgres is away, or not as it must be. Nothing is lost: the same group is next again.</exception>
    public async Task<bool> CopyNextAsync(CancellationToken cancellationToken)
    {
        if (journal.Read(MaxGroup) is not { } batch)
        {
            return false;
        }

        try
        {
            await writer.WriteAsync(BookGroup.Of(batch.Entries), cancellationToken);
        }
        catch (PostgresException failure) when (IsOfRecord(failure))
        {
            foreach (var entry in batch.Entries)
            {
                await CopyAloneAsync(entry, cancellationToken);
            }
        }

        journal.Take(batch);
        return true;
    }

    private async Task CopyAloneAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        var alone = BookGroup.Of([entry]);
        try
        {
            await writer.WriteAsync(alone, cancellationToken);
        }
        catch (PostgresException failure) when (IsOfRecord(failure))
        {
            refused.Keep(entry.Payload.Span, $"{failure.SqlState} {failure.MessageText}");
            LogRefused(alone.Name, $"{failure.MessageText} {failure.Detail}");
        }
    }

    private static bool IsOfRecord(PostgresException failure) =>
        s_recordClasses.Any(start => failure.SqlState.StartsWith(start, StringComparison.Ordinal));

    [LoggerMessage(Level = LogLevel.Critical, Message = "Postgres refuses the record of {Record}; it is not in the books but in refused.jsonl: {Fault}")]
    private partial void LogRefused(string record, string fault);
}
