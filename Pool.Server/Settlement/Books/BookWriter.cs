using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Pool.Server.Settlement.Books;

/// <summary>Writes groups of records into Postgres, each group in one transaction. Keeps one connection as long as it is good.</summary>
internal sealed class BookWriter(NpgsqlDataSource database) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    /// <summary>Books the group: all of it or nothing. Records that are booked already are left as they are.</summary>
    /// <exception cref="NpgsqlException">The database is away, or refuses one of the records.</exception>
    public async Task WriteAsync(BookGroup group, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await ConnectAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await CopySegmentsAsync(connection, group.Segments, cancellationToken);
            await CopyContributionsAsync(connection, group.Segments, cancellationToken);
            await PaymentCopy.WriteAsync(connection, group, cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var statement in BookSql.Book)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch
        {
            await DropAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => new(DropAsync());

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await database.OpenConnectionAsync(cancellationToken);
            await using var stage = new NpgsqlCommand(BookSql.Stage, _connection);
            await stage.ExecuteNonQueryAsync(cancellationToken);
        }

        return _connection;
    }

    private async Task DropAsync()
    {
        if (_connection is { } broken)
        {
            _connection = null;
            try
            {
                await broken.DisposeAsync();
            }
            catch (NpgsqlException)
            {
                // What a connection says at its end does not matter: it is given up.
            }
        }
    }

    private static async Task CopySegmentsAsync(NpgsqlConnection connection, IReadOnlyList<SettledEntry> group, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(BookSql.CopySegments, cancellationToken);
        foreach (var entry in group)
        {
            var record = entry.Record;
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(record.Segment.Value, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteTimeAsync(record.ReceivedAt, cancellationToken);
            await rows.WriteAsync(record.SessionId, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(record.Gateway.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteAsync(record.ManifestId.ToArray(), NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteAsync(record.Sequence, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(record.DurationMilliseconds, NpgsqlDbType.Integer, cancellationToken);
            await rows.WriteAsync(record.SourceBytes, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(record.SourceHash, NpgsqlDbType.Bytea, cancellationToken);
            await rows.WriteAsync(Text(record.Outcome), NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(record.Detail, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteTimeAsync(entry.SettledAt, cancellationToken);
            await rows.WriteAsync(entry.Epoch, NpgsqlDbType.Bigint, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static async Task CopyContributionsAsync(NpgsqlConnection connection, IReadOnlyList<SettledEntry> group, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(BookSql.CopyContributions, cancellationToken);
        foreach (var record in group.Select(entry => entry.Record))
        {
            foreach (var contribution in record.Contributions)
            {
                await rows.StartRowAsync(cancellationToken);
                await rows.WriteAsync(contribution.Assignment.Value, NpgsqlDbType.Uuid, cancellationToken);
                await rows.WriteTimeAsync(record.ReceivedAt, cancellationToken);
                await rows.WriteAsync(record.Segment.Value, NpgsqlDbType.Uuid, cancellationToken);
                await rows.WriteAsync(contribution.Worker.Value, NpgsqlDbType.Uuid, cancellationToken);
                await rows.WriteAsync(contribution.Payee.ToBytes(), NpgsqlDbType.Bytea, cancellationToken);
                await rows.WriteAsync(Text(contribution.Role), NpgsqlDbType.Text, cancellationToken);
                await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Frames), NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Pixels), NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Bytes), NpgsqlDbType.Bigint, cancellationToken);
                await rows.WriteAsync(Renditions(contribution), NpgsqlDbType.Jsonb, cancellationToken);
                await rows.WriteTimeAsync(contribution.AssignedAt, cancellationToken);
                await rows.WriteTimeAsync(contribution.FinishedAt, cancellationToken);
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private static string Renditions(SettledContribution contribution) =>
        JsonSerializer.Serialize(contribution.Renditions.Select(Storable), JsonSerializerOptions.Web);

    /// <summary>A gateway may name its profiles anything, but Postgres keeps no NUL in a text.</summary>
    private static SettledRendition Storable(SettledRendition rendition) => rendition with { Profile = rendition.Profile.Replace('\0', '\uFFFD') };

    private static string Text(SegmentOutcome outcome) => outcome switch
    {
        SegmentOutcome.Transcoded => "transcoded",
        SegmentOutcome.BadInput => "bad_input",
        SegmentOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static string Text(ContributionRole role) => role switch
    {
        ContributionRole.Primary => "primary",
        ContributionRole.Hedge => "hedge",
        ContributionRole.Check => "check",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
