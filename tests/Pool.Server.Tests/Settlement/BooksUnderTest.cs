using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Settlement;
using Pool.Server.Settlement.Books;
using Pool.Server.Settlement.Journaling;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>A journal in front of a real database, with two workers in the books, and no server around it.</summary>
internal sealed class BooksUnderTest : IAsyncDisposable
{
    private readonly JournalUnderTest _place = new();
    private readonly TestDatabase _database;
    private readonly BookWriter _writer;

    private BooksUnderTest(TestDatabase database, NpgsqlDataSource source)
    {
        (_database, Source) = (database, source);
        _writer = new BookWriter(source);
        Journal = _place.Open();
        Refused = new RefusedRecords(Journal, TimeProvider.System);
        Copier = new JournalCopier(Journal, _writer, Refused, NullLogger<JournalCopier>.Instance);
    }

    public static WorkerId FirstWorker { get; } = new(new Guid(1, 0, 0, new byte[8]));

    public static WorkerId SecondWorker { get; } = new(new Guid(2, 0, 0, new byte[8]));

    public static DateTimeOffset Noon { get; } = new(2026, 5, 17, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The UTC day of <see cref="Noon"/>.</summary>
    public static long Epoch { get; } = (Noon - DateTimeOffset.UnixEpoch).Days;

    public NpgsqlDataSource Source { get; }

    public TestDatabase Database => _database;

    public Journal Journal { get; }

    public RefusedRecords Refused { get; }

    public JournalCopier Copier { get; }

    public static async Task<BooksUnderTest> StartAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var source = NpgsqlDataSource.Create(database.Connection);
        await new MigrationRunner(source, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        var books = new BooksUnderTest(database, source);
        await books.ExecuteAsync("INSERT INTO payees VALUES (decode(repeat('11', 20), 'hex'), now())");
        foreach (var worker in new[] { FirstWorker, SecondWorker })
        {
            await books.ExecuteAsync(
                $"INSERT INTO workers VALUES ('{worker}', decode(rpad(replace('{worker}', '-', ''), 40, '0'), 'hex'), decode(repeat('11', 20), 'hex'), 'cpu', 'test', now(), now())");
        }

        return books;
    }

    public static SegmentId NewSegment() => new(Guid.CreateVersion7());

    /// <summary>A transcoded segment of one worker.</summary>
    public static SettledEntry Entry(SegmentId? segment = null, AssignmentId? primary = null, DateTimeOffset? at = null, long? epoch = null, string profile = "large")
    {
        var receivedAt = at ?? Noon;
        return new SettledEntry(receivedAt.AddSeconds(1), epoch ?? Epoch, new SettleRecord(
            segment ?? NewSegment(), receivedAt, "session", Address.Zero, new byte[] { 0, 255 }, 7, 2000, 1000, new byte[32], SegmentOutcome.Transcoded, "",
            [Contribution(primary ?? AssignmentId.New(), FirstWorker, ContributionRole.Primary, receivedAt, profile)]));
    }

    public static SettledContribution Contribution(
        AssignmentId assignment, WorkerId worker, ContributionRole role, DateTimeOffset at, string profile = "large", byte payee = 0x22) => new(
            assignment, worker, Address.FromWire([.. Enumerable.Repeat(payee, 20)]), role,
            [new SettledRendition(profile, 320, 240, 50, 320 * 240 * 50, 12_345, new string('a', 64))], at, at.AddSeconds(1));

    /// <summary>Settles and books.</summary>
    public async Task BookAsync(params SettledEntry[] entries)
    {
        foreach (var entry in entries)
        {
            await Journal.AppendAsync(entry.ToBytes());
        }

        while (await Copier.CopyNextAsync(CancellationToken.None))
        {
            // Group by group.
        }
    }

    public Task<long> ScalarAsync(string sql) => Source.ScalarAsync(sql);

    public Task ExecuteAsync(string sql) => Source.ExecuteAsync(sql);

    public string RefusedFile => Path.Combine(_place.Folder, "refused.jsonl");

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await Journal.DisposeAsync();
        await Source.DisposeAsync();
        await _database.DisposeAsync();
        _place.Dispose();
    }
}
