using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Pool.Benchmarks.Transcode;
using Pool.Server.Settlement;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Benchmarks.Ledger;

/// <param name="Acknowledged">Durable in the journal and acknowledged, a second.</param>
/// <param name="Booked">In the books with all their rules, a second.</param>
/// <param name="Copied">COPY of the same contributions into a table without keys, a second.</param>
internal sealed record ContributionRound(double Acknowledged, double Booked, double Copied);

/// <summary>
/// Segments of one contribution each, settled by the room's door from many places at once, and COPY of the same contributions into a bare table, in turn.
/// </summary>
internal sealed class ContributionRounds(BooksUnderLoad books, IReadOnlyList<(WorkerId Worker, Address Payee)> workers, int each, TimeProvider time)
{
    /// <summary>Segments that are being settled at once.</summary>
    private const int Settlers = 200;

    private const int SegmentMilliseconds = 2000;
    private const int SegmentBytes = 1_000_000;
    private const int SegmentsPerSession = 500;

    private const string Bare = """
        CREATE TABLE bench_contributions (
            assignment_id uuid, received_at timestamptz, segment_id uuid, worker_id uuid, payee bytea, role text, frames bigint, pixels bigint,
            bytes bigint, renditions jsonb, assigned_at timestamptz, finished_at timestamptz, epoch bigint)
        """;

    private const string Copy = """
        COPY bench_contributions (assignment_id, received_at, segment_id, worker_id, payee, role, frames, pixels, bytes, renditions, assigned_at, finished_at, epoch)
        FROM STDIN (FORMAT binary)
        """;

    private readonly ISettlement _settlement = books.Services.GetRequiredService<ISettlement>();
    private readonly ConcurrentBag<Guid> _acknowledged = [];
    private int _round;

    /// <summary>Contributions that were acknowledged in all rounds.</summary>
    public int Acknowledged => _acknowledged.Count;

    public Task PrepareAsync() => books.ExecuteAsync(Bare);

    public async Task<ContributionRound> RunAsync()
    {
        var records = Records();
        if (_round++ % 2 == 0)
        {
            var (acknowledged, booked) = await SettleAsync(records);
            return new ContributionRound(acknowledged, booked, await CopyAsync(records));
        }

        var copied = await CopyAsync(records);
        var settled = await SettleAsync(records);
        return new ContributionRound(settled.Acknowledged, settled.Booked, copied);
    }

    /// <summary>What was acknowledged and is not in the books, and what was refused: both must be none.</summary>
    public async Task<long> CountLostAsync()
    {
        await using var command = books.Source.CreateCommand(
            "SELECT count(*) FROM unnest($1::uuid[]) AS acknowledged WHERE NOT EXISTS (SELECT FROM contributions WHERE assignment_id = acknowledged)");
        command.Parameters.Add(new NpgsqlParameter { Value = _acknowledged.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        return Convert.ToInt64(await command.ExecuteScalarAsync()) + _settlement.Figures.Refused;
    }

    private async Task<(double Acknowledged, double Booked)> SettleAsync(IReadOnlyList<SettleRecord> records)
    {
        var began = time.GetTimestamp();
        await Parallel.ForEachAsync(records, new ParallelOptions { MaxDegreeOfParallelism = Settlers }, async (record, _) =>
        {
            await _settlement.SettleAsync(record);
            _acknowledged.Add(record.Contributions[0].Assignment.Value);
        });
        var acknowledged = PerSecond(began);
        await _settlement.WhenBookedAsync(CancellationToken.None);
        return (acknowledged, PerSecond(began));
    }

    private async Task<double> CopyAsync(IReadOnlyList<SettleRecord> records)
    {
        await books.ExecuteAsync("TRUNCATE bench_contributions");
        var began = time.GetTimestamp();
        await using var connection = await books.Source.OpenConnectionAsync();
        await using (var rows = await connection.BeginBinaryImportAsync(Copy))
        {
            foreach (var record in records)
            {
                await WriteAsync(rows, record, record.Contributions[0]);
            }

            await rows.CompleteAsync();
        }

        return PerSecond(began);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter rows, SettleRecord record, SettledContribution contribution)
    {
        await rows.StartRowAsync();
        await rows.WriteAsync(contribution.Assignment.Value, NpgsqlDbType.Uuid);
        await rows.WriteAsync(record.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        await rows.WriteAsync(record.Segment.Value, NpgsqlDbType.Uuid);
        await rows.WriteAsync(contribution.Worker.Value, NpgsqlDbType.Uuid);
        await rows.WriteAsync(contribution.Payee.ToBytes(), NpgsqlDbType.Bytea);
        await rows.WriteAsync("primary", NpgsqlDbType.Text);
        await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Frames), NpgsqlDbType.Bigint);
        await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Pixels), NpgsqlDbType.Bigint);
        await rows.WriteAsync(contribution.Renditions.Sum(rendition => rendition.Bytes), NpgsqlDbType.Bigint);
        await rows.WriteAsync(JsonSerializer.Serialize(contribution.Renditions, JsonSerializerOptions.Web), NpgsqlDbType.Jsonb);
        await rows.WriteAsync(contribution.AssignedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        await rows.WriteAsync(contribution.FinishedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        await rows.WriteAsync((long)(record.ReceivedAt - DateTimeOffset.UnixEpoch).TotalDays, NpgsqlDbType.Bigint);
    }

    private double PerSecond(long began) => each / time.GetElapsedTime(began).TotalSeconds;

    private IReadOnlyList<SettleRecord> Records() => [.. Enumerable.Range(0, each).Select(Record)];

    private SettleRecord Record(int number)
    {
        var now = time.GetUtcNow();
        var (worker, payee) = workers[number % workers.Count];
        var session = $"bench-{_round}-{number / SegmentsPerSession}";
        var contribution = new SettledContribution(AssignmentId.New(), worker, payee, ContributionRole.Primary, s_renditions, now, now);
        return new SettleRecord(
            SegmentId.New(time), now, session, Address.Zero, "bench"u8.ToArray(), number, SegmentMilliseconds, SegmentBytes, s_hash, SegmentOutcome.Transcoded, "", [contribution]);
    }

    private static readonly byte[] s_hash = Keccak256.Hash("bench"u8);

    private static readonly IReadOnlyList<SettledRendition> s_renditions =
    [
        .. TranscodeScene.Ladder.Select(one => new SettledRendition(
            one.Name, one.Width, one.Height, TranscodeScene.FrameRate * TranscodeScene.SegmentSeconds, one.Width * one.Height * TranscodeScene.FrameRate * TranscodeScene.SegmentSeconds,
            one.Bitrate / 8 * TranscodeScene.SegmentSeconds, Convert.ToHexStringLower(s_hash))),
    ];
}
