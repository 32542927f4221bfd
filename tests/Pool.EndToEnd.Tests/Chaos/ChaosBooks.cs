using System.Text.Json;
using Npgsql;
using Pool.EndToEnd.Tests.Kit;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>What Postgres has in the end, held against what the gateway saw.</summary>
internal sealed class ChaosBooks
{
    private const string Read = """
        SELECT s.session_id, s.seq, c.renditions::text
        FROM segments s LEFT JOIN contributions c ON c.segment_id = s.id AND c.received_at = s.received_at AND c.role = 'primary'
        WHERE s.outcome = 'transcoded'
        """;

    private readonly ILookup<(string Session, long Sequence), IReadOnlyList<ReceivedRendition>?> _primary;

    private ChaosBooks(IEnumerable<(string Session, long Sequence, IReadOnlyList<ReceivedRendition>? Renditions)> rows) =>
        _primary = rows.ToLookup(row => (row.Session, row.Sequence), row => row.Renditions);

    private sealed record Booked(string Hash, long Pixels);

    /// <summary>Waits until every answered segment is in the books.</summary>
    public static async Task<ChaosBooks> WaitAsync(string database, IEnumerable<SentSegment> sent)
    {
        ChaosBooks? books = null;
        var answered = sent.Where(segment => segment.Answer is not null).ToList();
        await Patience.UntilAsync($"all of {answered.Count} answered segments in the books", async () =>
        {
            books = await ReadAsync(database);
            return answered.TrueForAll(segment => books._primary.Contains((segment.Answer!.SessionId, segment.Sequence)));
        });
        return books!;   // read at least once
    }

    /// <summary>What is wrong with the books of a segment that was answered; null when nothing is.</summary>
    public string? FaultOf(SentSegment segment)
    {
        var answer = segment.Answer ?? throw new ArgumentException("It was not answered.", nameof(segment));
        return _primary[(answer.SessionId, segment.Sequence)].ToList() switch
        {
            [null] => $"{segment.Stream}, segment {segment.Sequence}: it has no primary contribution",
            [var one] => one!.SequenceEqual(answer.Renditions) ? null
                : $"{segment.Stream}, segment {segment.Sequence}: booked {string.Join(", ", one!)}, received {string.Join(", ", answer.Renditions)}",
            var several => $"{segment.Stream}, segment {segment.Sequence}: it has {several.Count} primary contributions",
        };
    }

    private static async Task<ChaosBooks> ReadAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(Read);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, long, IReadOnlyList<ReceivedRendition>?)>();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetString(0), reader.GetInt64(1), await reader.IsDBNullAsync(2) ? null : Renditions(reader.GetString(2))));
        }

        return new ChaosBooks(rows);
    }

    private static IReadOnlyList<ReceivedRendition> Renditions(string json) =>
        [.. JsonSerializer.Deserialize<Booked[]>(json, JsonSerializerOptions.Web)!.Select(booked => new ReceivedRendition(booked.Hash, booked.Pixels))];   // an array in every row
}
