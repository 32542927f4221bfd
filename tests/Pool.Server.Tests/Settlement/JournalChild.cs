using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Settlement;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Tests.Settlement;

/// <summary>A process that does nothing but append to a journal, from many places at once, until it is killed. It says each record when that is safe.</summary>
internal static class JournalChild
{
    /// <summary>First argument of this test program when it is to be such a process.</summary>
    public const string Name = "journal-child";

    private const int Writers = 16;

    /// <summary>Runs until it is killed.</summary>
    /// <param name="home">Home of the node.</param>
    /// <param name="seed">What the lengths of the records are made of.</param>
    public static async Task RunAsync(string home, int seed)
    {
        var options = Options.Create(new SettlementOptions { JournalFileBytes = 64 << 10, JournalMaxBytes = 1L << 30 });
        await using var journal = new Journal(
            options, Options.Create(new NodeOptions { Home = home }), new JournalDisk(), NullLogger<Journal>.Instance);
        journal.Open();
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => AppendAsync(journal, output, writer, new Random(seed + writer)))));
    }

    /// <summary>Whether it is a record with all its letters.</summary>
    public static bool IsWhole(string record)
    {
        var parts = record.Split(' ');
        return parts.Length == 4 && int.TryParse(parts[2], out var length) && parts[3].Length == length;
    }

    private static async Task AppendAsync(Journal journal, TextWriter output, int writer, Random random)
    {
        for (var number = 0; ; number++)
        {
            var length = random.Next(1, 3000);
            var record = $"{writer} {number} {length} {new string((char)('a' + (number % 26)), length)}";
            await journal.AppendAsync(Encoding.UTF8.GetBytes(record));
            await output.WriteLineAsync(record);
        }
    }
}
