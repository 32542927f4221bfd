using Pool.Server.Node;
using Pool.Server.Settlement.Journaling;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

public sealed class JournalTests : IDisposable
{
    private readonly JournalUnderTest _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task What_was_appended_is_read_in_order_by_the_next_process_and_twice_if_it_was_not_taken()
    {
        await using (var journal = _place.Open())
        {
            for (var number = 0; number < 20; number++)
            {
                await JournalUnderTest.AppendAsync(journal, $"record {number}");
            }
        }

        var expected = Enumerable.Range(0, 20).Select(number => $"record {number}");
        Assert.Equal(expected, await _place.ReplayAsync());
        Assert.Equal(expected, await _place.ReplayAsync());
    }

    [Fact]
    public async Task An_append_returns_after_its_sync_and_what_waits_meanwhile_is_synced_together()
    {
        const int Records = 100;
        using var release = new SemaphoreSlim(0);
        var disk = new BreakableDisk { BeforeSync = () => release.Wait(Patience.Limit) };
        await using var journal = _place.Open(disk);

        var first = JournalUnderTest.AppendAsync(journal, "first");
        await Eventually.IsSoAsync("the first group is at its sync", () => Task.FromResult(disk.Syncs == 1));
        var others = Enumerable.Range(0, Records).Select(number => JournalUnderTest.AppendAsync(journal, $"{number}")).ToList();
        Assert.False(first.IsCompleted);
        Assert.Equal(0, journal.Waiting);
        release.Release(2);
        await Task.WhenAll([first, .. others]).WaitAsync(Patience.Limit);

        Assert.Equal(2, disk.Syncs);
        Assert.Equal(Records + 1, journal.Waiting);
    }

    [Fact]
    public async Task A_disk_that_takes_its_time_takes_no_thread_from_the_pool()
    {
        var ofThePool = new List<bool>();
        await using (var journal = _place.Open(new BreakableDisk { BeforeSync = () => ofThePool.Add(Thread.CurrentThread.IsThreadPoolThread) }))
        {
            await JournalUnderTest.AppendAsync(journal, "one");
            await JournalUnderTest.AppendAsync(journal, "two");
        }

        Assert.Equal([false, false], ofThePool);
    }

    [Fact]
    public async Task A_file_goes_when_it_is_closed_and_all_of_it_is_taken()
    {
        _place.Options.JournalFileBytes = 4096;
        await using var journal = _place.Open();
        for (var number = 0; number < 10; number++)
        {
            await JournalUnderTest.AppendAsync(journal, new string('x', 1000));
        }

        Assert.Equal(4, _place.Files.Count);
        var part = journal.Read(2);
        journal.Take(part!);
        Assert.Equal(4, _place.Files.Count);
        JournalUnderTest.ReadAll(journal);

        Assert.Single(_place.Files);
        Assert.Equal((0, new FileInfo(_place.Files[0]).Length), (journal.Waiting, journal.Bytes));
    }

    [Fact]
    public async Task A_journal_of_which_everything_is_taken_leaves_no_file_behind()
    {
        var journal = _place.Open();
        await JournalUnderTest.AppendAsync(journal, "one");
        JournalUnderTest.ReadAll(journal);

        await journal.DisposeAsync();

        Assert.Empty(_place.Files);
    }

    [Fact]
    public async Task A_full_journal_refuses_and_takes_again_what_there_is_room_for()
    {
        (_place.Options.JournalFileBytes, _place.Options.JournalMaxBytes) = (4096, 16384);
        await using var journal = _place.Open();
        var taken = 0;
        var wasRoomForSessions = true;
        var full = await Assert.ThrowsAsync<JournalFullException>(async () =>
        {
            while (true)
            {
                wasRoomForSessions = journal.HasRoomForSessions;
                await JournalUnderTest.AppendAsync(journal, new string('x', 1000));
                taken++;
            }
        });

        Assert.Contains("Settlement:JournalMaxBytes", full.Message, StringComparison.Ordinal);
        Assert.False(wasRoomForSessions);
        Assert.InRange(journal.Bytes, 16384 - 1100, 16384);
        Assert.Equal(taken, JournalUnderTest.ReadAll(journal).Count);
        await JournalUnderTest.AppendAsync(journal, "there is room again");
        Assert.True(journal.HasRoomForSessions);
    }

    [Fact]
    public async Task Two_servers_do_not_write_one_journal()
    {
        await using var journal = _place.Open();

        var refused = Assert.Throws<StartUpException>(() => _place.Open());

        Assert.Contains("another server", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("sync")]
    public async Task A_disk_that_fails_fails_the_append_and_leaves_nothing_of_it(string where)
    {
        var disk = new BreakableDisk();
        await using (var journal = _place.Open(disk))
        {
            await JournalUnderTest.AppendAsync(journal, "before");
            Break(disk, where);
            var failed = await Assert.ThrowsAsync<JournalException>(() => JournalUnderTest.AppendAsync(journal, where == "create" ? new string('x', 1 << 20) : "lost"));
            Assert.Contains("No space left", failed.Message, StringComparison.Ordinal);
            (disk.BeforeCreate, disk.BeforeWrite, disk.BeforeSync) = (() => { }, () => { }, () => { });
            await JournalUnderTest.AppendAsync(journal, "after");
        }

        Assert.Equal(["before", "after"], await _place.ReplayAsync());
    }

    [Fact]
    public async Task What_was_refused_is_not_read_in_this_process_even_when_it_could_not_be_cut_off()
    {
        var disk = new BreakableDisk();
        await using var journal = _place.Open(disk);
        await JournalUnderTest.AppendAsync(journal, "before");
        Break(disk, "sync");
        disk.BeforeTruncate = () => throw new IOException("No cutting either");

        await Assert.ThrowsAsync<JournalException>(() => JournalUnderTest.AppendAsync(journal, "lost"));
        disk.BeforeSync = () => { };
        await JournalUnderTest.AppendAsync(journal, "after");

        Assert.Equal(["before", "after"], JournalUnderTest.ReadAll(journal));
    }

    /// <summary>A disk without room, as the system says it. The append for "create" is one that needs a file of its own.</summary>
    private static void Break(BreakableDisk disk, string where)
    {
        static void Full() => throw new IOException("No space left on device");
        switch (where)
        {
            case "create":
                disk.BeforeCreate = Full;
                break;
            case "write":
                disk.BeforeWrite = Full;
                break;
            default:
                var first = true;
                disk.BeforeSync = () =>
                {
                    if (first)
                    {
                        first = false;
                        Full();
                    }
                };
                break;
        }
    }
}
