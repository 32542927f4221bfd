using System.Diagnostics;
using Pool.Server.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>kill -9 in the middle of appends: whatever was acknowledged is there, and nothing is there twice or in pieces.</summary>
public sealed class JournalKillTests : IDisposable
{
    private readonly JournalUnderTest _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public Task Every_record_that_was_acknowledged_before_a_kill_is_replayed_once() => FuzzRun.TimesAsync(8, async random =>
    {
        _place.Options.JournalFileBytes = 64 << 10;
        var acknowledged = await AppendUntilKilledAsync(random.Next(1, 2000), random.Next());

        var journal = _place.Open();
        var replayed = JournalUnderTest.ReadAll(journal);
        await journal.DisposeAsync();

        Assert.Empty(acknowledged.Except(replayed, StringComparer.Ordinal));
        Assert.Equal(replayed.Count, replayed.Distinct(StringComparer.Ordinal).Count());
        Assert.All(replayed, record => Assert.True(JournalChild.IsWhole(record), record));
        Assert.Empty(_place.Files);
    });

    /// <summary>What the child said was safe before it was killed: after so many lines, at whatever it was doing then.</summary>
    private async Task<List<string>> AppendUntilKilledAsync(int lines, int seed)
    {
        using var child = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(JournalChild).Assembly.Location, JournalChild.Name, Path.GetDirectoryName(Path.GetDirectoryName(_place.Folder))!, $"{seed}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The child did not start.");
        var said = new List<string>();
        while (await child.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit) is { } line)
        {
            said.Add(line);
            if (said.Count == lines)
            {
                child.Kill();
            }
        }

        await child.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.True(said.Count >= lines, "The child ended by itself.");

        // The last line may have been cut off by the kill.
        return JournalChild.IsWhole(said[^1]) ? said : said[..^1];
    }
}
