using System.Text.Json;
using Npgsql;
using Pool.Server.Settlement;
using Pool.Shared.Ids;

namespace Pool.Server.Tests.Settlement;

/// <summary>From the journal into the tables: once, whole, and with exactly one primary contribution for a segment.</summary>
public sealed class BooksTests : IAsyncLifetime
{
    private BooksUnderTest _books = null!;   // set before any test runs

    public async Task InitializeAsync() => _books = await BooksUnderTest.StartAsync();

    public async Task DisposeAsync() => await _books.DisposeAsync();

    [Fact]
    public async Task A_record_comes_back_from_the_journal_as_it_was_settled()
    {
        var entry = BooksUnderTest.Entry(profile: "a \"name\" \0\n ü 🎞");

        var back = SettledEntry.FromBytes(entry.ToBytes());
        await _books.BookAsync(entry);

        Assert.Equal(JsonSerializer.Serialize(entry), JsonSerializer.Serialize(back));
        Assert.Equal(entry.Record.Contributions[0].Payee, back.Record.Contributions[0].Payee);
        Assert.Equal((1, 3_840_000), (
            await _books.ScalarAsync("SELECT count(*) FROM segments s JOIN sessions ON sessions.id = s.session_id WHERE outcome = 'transcoded' AND encode(manifest_id, 'hex') = '00ff'"),
            await _books.ScalarAsync("SELECT pixels FROM contributions WHERE role = 'primary' AND renditions->0->>'profile' LIKE 'a \"name\" %'")));
    }

    [Fact]
    public async Task The_same_record_twice_is_booked_once()
    {
        var entry = BooksUnderTest.Entry();

        await _books.BookAsync(entry, entry);
        await _books.BookAsync(entry);

        Assert.Equal((1, 1, 0), (await CountAsync("segments"), await CountAsync("contributions"), _books.Refused.Count));
    }

    [Fact]
    public async Task A_crash_between_the_commit_and_the_journals_marker_doubles_nothing()
    {
        await _books.Journal.AppendAsync(BooksUnderTest.Entry().ToBytes());
        await _books.Journal.AppendAsync(BooksUnderTest.Entry().ToBytes());
        var batch = _books.Journal.Read(10);
        await using (var other = new Server.Settlement.Books.BookWriter(_books.Source))
        {
            await other.WriteAsync(Server.Settlement.Books.BookGroup.Of(batch!.Entries), CancellationToken.None);
        }

        await _books.BookAsync();

        Assert.Equal((2, 2, 0), (await CountAsync("segments"), await CountAsync("contributions"), _books.Refused.Count));
    }

    [Fact]
    public async Task A_second_primary_contribution_of_a_segment_is_refused_and_kept_aside_and_holds_nobody_up()
    {
        var segment = BooksUnderTest.NewSegment();
        var first = BooksUnderTest.Entry(segment);
        var other = BooksUnderTest.Entry(segment);

        await _books.BookAsync(BooksUnderTest.Entry(), first, other, BooksUnderTest.Entry());

        Assert.Equal((3, 3), (await CountAsync("segments"), await CountAsync("contributions")));
        Assert.Equal(1, await _books.ScalarAsync($"SELECT count(*) FROM contributions WHERE assignment_id = '{first.Record.Contributions[0].Assignment}'"));
        var kept = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(_books.RefusedFile))).RootElement;
        Assert.Contains("contributions", kept.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            other.Record.Contributions[0].Assignment.ToString(),
            kept.GetProperty("entry").GetProperty("record").GetProperty("contributions")[0].GetProperty("assignment").GetString());
        Assert.Equal((1, 0), (_books.Refused.Count, _books.Journal.Waiting));
    }

    [Fact]
    public async Task A_transcoded_segment_without_a_primary_contribution_is_refused_and_one_that_failed_needs_none()
    {
        var entry = BooksUnderTest.Entry();
        var hedge = BooksUnderTest.Contribution(AssignmentId.New(), BooksUnderTest.SecondWorker, ContributionRole.Hedge, BooksUnderTest.Noon);
        var none = entry with { Record = entry.Record with { Contributions = [hedge] } };
        var failed = BooksUnderTest.Entry() with { Record = entry.Record with { Segment = BooksUnderTest.NewSegment(), Outcome = SegmentOutcome.Failed, Contributions = [] } };

        await _books.BookAsync(none, failed);

        Assert.Equal((1, 0, 1), (await CountAsync("segments"), await CountAsync("contributions"), _books.Refused.Count));
        await Assert.ThrowsAsync<PostgresException>(() => _books.ExecuteAsync("UPDATE segments SET outcome = 'no such word'"));
    }

    [Fact]
    public async Task A_payee_that_was_never_seen_is_entered_with_its_first_contribution()
    {
        await _books.BookAsync(BooksUnderTest.Entry());

        Assert.Equal(1, await _books.ScalarAsync("SELECT count(*) FROM payees WHERE encode(address, 'hex') = repeat('22', 20)"));
    }

    [Fact]
    public async Task What_comes_after_its_epoch_was_closed_is_booked_in_the_next_open_one()
    {
        await _books.BookAsync(BooksUnderTest.Entry());
        await _books.ExecuteAsync("UPDATE epochs SET closed_at = now()");

        await _books.BookAsync(BooksUnderTest.Entry());
        await _books.BookAsync(BooksUnderTest.Entry());

        Assert.Equal(1, await _books.ScalarAsync($"SELECT count(*) FROM segments WHERE epoch = {BooksUnderTest.Epoch}"));
        Assert.Equal(2, await _books.ScalarAsync($"SELECT count(*) FROM segments s JOIN contributions c ON c.segment_id = s.id AND c.epoch = s.epoch WHERE s.epoch = {BooksUnderTest.Epoch + 1}"));
    }

    [Fact]
    public async Task Nothing_is_taken_from_the_journal_while_the_database_is_away()
    {
        await _books.Database.CloseAsync();
        await _books.Journal.AppendAsync(BooksUnderTest.Entry().ToBytes());

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => _books.Copier.CopyNextAsync(CancellationToken.None));
        Assert.Equal(1, _books.Journal.Waiting);
        await _books.Database.OpenAsync();
        await _books.BookAsync();

        Assert.Equal((1, 0), (await CountAsync("contributions"), _books.Journal.Waiting));
    }

    private Task<long> CountAsync(string table) => _books.ScalarAsync($"SELECT count(*) FROM {table}");
}
