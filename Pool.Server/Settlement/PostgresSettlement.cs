using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pool.Server.Data;

namespace Pool.Server.Settlement;

/// <summary>
/// Settles into Postgres directly: one transaction for a segment, committed before it is answered. When the connection dies on the way,
/// nobody knows whether it was committed: it is written again, and what is there already stays as it is.
/// </summary>
internal sealed class PostgresSettlement(NpgsqlDataSource database, DatabaseRetry retry, TimeProvider time) : ISettlement
{
    /// <summary>A gateway may call its stream anything (protocol §11, trap 16); the books keep this much of it.</summary>
    private const int MaxManifestIdBytes = 256;

    private const int MaxDetailLength = 500;

    private const string InsertSession =
        "INSERT INTO sessions (id, gateway, manifest_id, opened_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

    private const string InsertSegment = """
        INSERT INTO segments (id, received_at, session_id, seq, duration_ms, source_bytes, source_hash, outcome, detail, settled_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING
        """;

    private const string InsertContribution = """
        INSERT INTO contributions (assignment_id, received_at, segment_id, worker_id, payee, role, frames, pixels, bytes, renditions, assigned_at, finished_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (assignment_id, received_at) DO NOTHING
        """;

    public async Task SettleAsync(SettleRecord record, TimeSpan patience)
    {
        try
        {
            await retry.RunAsync(cancellationToken => WriteAsync(record, cancellationToken), new Patience(patience, patience), CancellationToken.None);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            throw new SettlementException($"Segment {record.Segment} could not be settled.", failure);
        }
    }

    private async Task<int> WriteAsync(SettleRecord record, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Session(record));
        batch.BatchCommands.Add(Segment(record));
        foreach (var contribution in record.Contributions)
        {
            batch.BatchCommands.Add(Contribution(record, contribution));
        }

        var written = await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return written;
    }

    private static NpgsqlBatchCommand Session(SettleRecord record) => new(InsertSession)
    {
        Parameters =
        {
            new() { Value = record.SessionId },
            new() { Value = record.Gateway.ToBytes() },
            new() { Value = record.ManifestId[..Math.Min(record.ManifestId.Length, MaxManifestIdBytes)].ToArray() },
            Time(record.ReceivedAt),
        },
    };

    private NpgsqlBatchCommand Segment(SettleRecord record) => new(InsertSegment)
    {
        Parameters =
        {
            new() { Value = record.Segment.Value }, Time(record.ReceivedAt), new() { Value = record.SessionId },
            new() { Value = record.Sequence }, new() { Value = record.DurationMilliseconds }, new() { Value = record.SourceBytes },
            new() { Value = record.SourceHash }, new() { Value = Text(record.Outcome) },
            new() { Value = record.Detail.Length <= MaxDetailLength ? record.Detail : record.Detail[..MaxDetailLength] }, Time(time.GetUtcNow()),
        },
    };

    private static NpgsqlBatchCommand Contribution(SettleRecord record, SettledContribution contribution) => new(InsertContribution)
    {
        Parameters =
        {
            new() { Value = contribution.Assignment.Value }, Time(record.ReceivedAt), new() { Value = record.Segment.Value },
            new() { Value = contribution.Worker.Value }, new() { Value = contribution.Payee.ToBytes() }, new() { Value = Text(contribution.Role) },
            new() { Value = contribution.Renditions.Sum(rendition => rendition.Frames) },
            new() { Value = contribution.Renditions.Sum(rendition => rendition.Pixels) },
            new() { Value = contribution.Renditions.Sum(rendition => rendition.Bytes) },
            new() { Value = JsonSerializer.Serialize(contribution.Renditions.Select(Storable), JsonSerializerOptions.Web), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Time(contribution.AssignedAt), Time(contribution.FinishedAt),
        },
    };

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

    /// <summary>Postgres keeps microseconds: what is written is what is compared later.</summary>
    private static NpgsqlParameter Time(DateTimeOffset at) =>
        new() { Value = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero), NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
