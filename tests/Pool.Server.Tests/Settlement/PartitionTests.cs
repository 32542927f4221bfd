using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pool.Server.Settlement;
using Pool.Server.Settlement.Partitions;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>Days are made ahead and dropped by themselves, and never before what is in them is closed and matured.</summary>
public sealed class PartitionTests : IAsyncLifetime, IDisposable
{
    private readonly ShiftedTime _time = new();
    private BooksUnderTest _books = null!;   // set before any test runs
    private PartitionTables _tables = null!;
    private PartitionKeeper _keeper = null!;

    private DateTimeOffset Now => _time.GetUtcNow();

    public async Task InitializeAsync()
    {
        _books = await BooksUnderTest.StartAsync();
        _tables = new PartitionTables(_books.Source);
        _keeper = new PartitionKeeper(_tables, Options.Create(new SettlementOptions { RetentionDays = 30 }), _time, NullLogger<PartitionKeeper>.Instance);
    }

    public async Task DisposeAsync() => await _books.DisposeAsync();

    public void Dispose() => _keeper.Dispose();

    [Fact]
    public async Task Today_and_the_days_ahead_are_made_once_and_take_what_belongs_to_them()
    {
        await _keeper.MakeAheadAsync(CancellationToken.None);
        await _keeper.MakeAheadAsync(CancellationToken.None);
        await _books.BookAsync(BooksUnderTest.Entry(at: Now));

        var today = Today();
        Assert.Equal([today.Day, today.Day.AddDays(1), today.Day.AddDays(2), today.Day.AddDays(3)], (await _tables.ListAsync(CancellationToken.None)).Select(day => day.Day));
        Assert.Equal((1, 1, 0), (await CountAsync(today.SegmentsTable), await CountAsync(today.ContributionsTable), await CountAsync("segments_default")));
    }

    [Fact]
    public async Task What_came_before_its_day_was_made_is_moved_and_the_rules_hold_there_too()
    {
        var entry = BooksUnderTest.Entry(at: Now);
        await _books.BookAsync(entry, BooksUnderTest.Entry(at: BooksUnderTest.Noon));

        await _keeper.MakeAheadAsync(CancellationToken.None);
        await _books.BookAsync(entry);

        var today = Today();
        var other = new DayPartition(DateOnly.FromDateTime(BooksUnderTest.Noon.UtcDateTime));
        Assert.Equal((1, 1), (await CountAsync(today.SegmentsTable), await CountAsync(today.ContributionsTable)));
        Assert.Equal((1, 1), (await CountAsync(other.SegmentsTable), await CountAsync(other.ContributionsTable)));
        Assert.Equal((0, 0), (await CountAsync("segments_default"), await CountAsync("contributions_default")));
        Assert.Equal((2, 2), (await CountAsync("segments"), await CountAsync("contributions")));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _books.ExecuteAsync($"DELETE FROM {today.SegmentsTable}"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("closed_at = now()", false)]
    [InlineData("closed_at = now(), matured_at = now() + interval '1 day'", false)]
    [InlineData("closed_at = now(), matured_at = now()", true)]
    public async Task A_day_that_is_old_goes_only_when_all_its_epochs_are_closed_and_matured(string state, bool goes)
    {
        await _keeper.MakeAheadAsync(CancellationToken.None);
        await _books.BookAsync(BooksUnderTest.Entry(at: Now), BooksUnderTest.Entry(at: Now, epoch: BooksUnderTest.Epoch + 1));
        await _books.ExecuteAsync($"UPDATE epochs SET closed_at = now(), matured_at = now() WHERE id = {BooksUnderTest.Epoch}");
        if (state.Length > 0)
        {
            await _books.ExecuteAsync($"UPDATE epochs SET {state} WHERE id = {BooksUnderTest.Epoch + 1}");
        }

        var first = Today();
        _time.Forward(TimeSpan.FromDays(30));
        await _keeper.DropOldAsync(CancellationToken.None);
        Assert.Contains(first, await _tables.ListAsync(CancellationToken.None));
        _time.Forward(TimeSpan.FromDays(1));
        await _keeper.DropOldAsync(CancellationToken.None);

        Assert.Equal(!goes, (await _tables.ListAsync(CancellationToken.None)).Contains(first));
        Assert.Equal(goes ? 0 : 2, await CountAsync("contributions"));
    }

    [Fact]
    public async Task A_session_goes_when_it_is_old_and_its_last_segment_is_gone()
    {
        await _keeper.MakeAheadAsync(CancellationToken.None);
        await _books.BookAsync(BooksUnderTest.Entry(at: Now));
        await SessionAsync("without segments", Now);
        _time.Forward(TimeSpan.FromDays(31));
        await SessionAsync("young", Now);

        await _keeper.DropOldAsync(CancellationToken.None);
        Assert.Equal(2, await CountAsync("sessions WHERE id IN ('session', 'young')"));
        Assert.Equal(2, await CountAsync("sessions"));
        await _books.ExecuteAsync("UPDATE epochs SET closed_at = now(), matured_at = now()");
        await _keeper.DropOldAsync(CancellationToken.None);

        Assert.Equal((0, 1), (await CountAsync("segments"), await CountAsync("sessions")));
        Assert.Equal(1, await CountAsync("sessions WHERE id = 'young'"));
    }

    private Task SessionAsync(string id, DateTimeOffset openedAt) =>
        _books.ExecuteAsync($"INSERT INTO sessions VALUES ('{id}', decode(repeat('00', 20), 'hex'), '', '{openedAt:O}')");

    private DayPartition Today() => new(DateOnly.FromDateTime(Now.UtcDateTime));

    private Task<long> CountAsync(string table) => _books.ScalarAsync($"SELECT count(*) FROM {table}");
}
