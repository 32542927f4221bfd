using Pool.Server.Node;
using Pool.Server.Settlement.Journaling;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>What a crash and what a bad disk leave behind, at every byte.</summary>
public sealed class JournalDamageTests : IAsyncLifetime, IDisposable
{
    private const int Records = 6;

    private readonly JournalUnderTest _place = new();
    private string _path = "";
    private byte[] _whole = [];

    /// <summary>Where each entry begins, and where the last one ends.</summary>
    private readonly List<int> _starts = [JournalFormat.HeaderBytes];

    public async Task InitializeAsync()
    {
        await using (var journal = _place.Open())
        {
            for (var number = 0; number < Records; number++)
            {
                await JournalUnderTest.AppendAsync(journal, Record(number));
                _starts.Add(_starts[^1] + JournalFormat.EntryHeaderBytes + Record(number).Length);
            }
        }

        _path = _place.Files.Single();
        _whole = await File.ReadAllBytesAsync(_path);
        Assert.Equal(_starts[^1], _whole.Length);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_tail_that_is_torn_anywhere_is_cut_at_the_last_whole_entry_and_kept_aside()
    {
        for (var length = 0; length < _whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_path, _whole[..length]);
            var whole = _starts.Skip(1).Count(end => end <= length);

            var journal = _place.Open();
            Assert.Equal(Enumerable.Range(0, whole).Select(Record), JournalUnderTest.ReadAll(journal));
            await journal.DisposeAsync();

            if (length > JournalFormat.HeaderBytes && !_starts.Contains(length))
            {
                Assert.Equal(_whole[_starts[whole]..length], await File.ReadAllBytesAsync(Path.Combine(_place.Folder, "torn.bin")));
            }
        }
    }

    [Fact]
    public async Task A_tail_of_any_bytes_behind_whole_entries_is_cut()
    {
        await FuzzRun.TimesAsync(50, async random =>
        {
            var kept = random.Next(Records + 1);
            var junk = new byte[random.Next(1, 3000)];
            random.NextBytes(junk);
            await File.WriteAllBytesAsync(_path, [.. _whole[.._starts[kept]], .. junk]);

            Assert.Equal(Enumerable.Range(0, kept).Select(Record), await _place.ReplayAsync());
        });
    }

    [Fact]
    public async Task A_flipped_bit_before_the_last_entry_stops_the_start_and_names_file_and_place()
    {
        for (var place = 0; place < _starts[^2]; place++)
        {
            await WriteFlippedAsync(place, place % 8);

            var refused = Assert.Throws<StartUpException>(() => _place.Open());

            var entry = place < JournalFormat.HeaderBytes ? 0 : _starts.Last(start => start <= place);
            Assert.StartsWith($"{_path} is damaged at byte {entry}:", refused.Message, StringComparison.Ordinal);
            Assert.Equal(_whole.Length, new FileInfo(_path).Length);
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_last_entry_is_a_torn_tail_and_costs_nothing_before_it()
    {
        for (var place = _starts[^2]; place < _whole.Length; place++)
        {
            await WriteFlippedAsync(place, place % 8);

            Assert.Equal(Enumerable.Range(0, Records - 1).Select(Record), await _place.ReplayAsync());
        }
    }

    [Fact]
    public async Task A_file_that_others_follow_was_complete_and_is_damaged_when_it_is_torn()
    {
        await using (var journal = _place.Open())
        {
            await JournalUnderTest.AppendAsync(journal, "in the next file");
        }

        Assert.Equal(2, _place.Files.Count);
        await File.WriteAllBytesAsync(_path, _whole[..^1]);

        var refused = Assert.Throws<StartUpException>(() => _place.Open());

        Assert.StartsWith($"{_path} is damaged at byte {_starts[^2]}:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payload_that_looks_like_an_entry_is_none()
    {
        await using (var journal = _place.Open())
        {
            JournalUnderTest.ReadAll(journal);
            await journal.AppendAsync(_whole);
        }

        var path = _place.Files.Single();
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, bytes[..^1]);

        Assert.Empty(await _place.ReplayAsync());
    }

    private static string Record(int number) => $"record {number} {new string((char)('a' + number), 5 + number)}";

    private Task WriteFlippedAsync(int place, int bit)
    {
        var flipped = _whole.ToArray();
        flipped[place] ^= (byte)(1 << bit);
        return File.WriteAllBytesAsync(_path, flipped);
    }
}
