using System.CommandLine;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Pool.Shared.Ethereum;
using Spectre.Console;

namespace Pool.Benchmarks;

/// <summary>
/// Keccak-256 of a segment's bytes: ours, BouncyCastle's, and OpenSSL's SHA3-256, which does the same work but for one padding byte.
/// </summary>
internal static class KeccakBenchmark
{
    /// <summary>Size of a segment of about 2 s at 8 Mbit/s.</summary>
    private const int SegmentBytes = 2_000_000;

    /// <summary>Rounds that are thrown away, until everything is compiled and warm.</summary>
    private const int WarmUpRounds = 10;

    private const int MeasuredRounds = 41;

    /// <summary>Ours may take this many times OpenSSL's time.</summary>
    private const double GoalRatio = 1.5;

    private const string Ours = "Pool Keccak-256";
    private const string Yardstick = "OpenSSL SHA3-256";
    private const string BouncyCastle = "BouncyCastle Keccak-256";

    public static Command Command()
    {
        var json = BenchmarkReport.JsonOption();
        var command = new Command("keccak", "Keccak-256 of 2 MB against OpenSSL's SHA3-256.") { json };
        command.SetAction(result => Run(result.GetValue(json)));
        return command;
    }

    private static int Run(string? json)
    {
        if (!SHA3_256.IsSupported)
        {
            Console.Error.WriteLine("keccak: OpenSSL here has no SHA3-256 (it takes 1.1.1 or later), so there is no yardstick");
            return 1;
        }

        var spreads = Measure(TimeProvider.System);
        var ratio = spreads[Ours].Median / spreads[Yardstick].Median;
        var met = ratio <= GoalRatio;
        Print(spreads);
        Console.WriteLine($"ratio to {Yardstick}: {ratio:F2} (goal: at most {GoalRatio:F1}): {(met ? "met" : "not met")}");
        var figures = new
        {
            Bench = "keccak",
            Bytes = SegmentBytes,
            Rounds = MeasuredRounds,
            BenchmarkReport.Machine,
            Milliseconds = spreads,
            Ratio = ratio,
            GoalRatio,
            Met = met,
        };
        return BenchmarkReport.Finish("keccak", json, figures);
    }

    /// <summary>Runs the three in turn, so that whatever else the machine does falls on all of them.</summary>
    private static Dictionary<string, Spread> Measure(TimeProvider time)
    {
        var segment = RandomNumberGenerator.GetBytes(SegmentBytes);
        var hash = new byte[Keccak256.HashBytes];
        (string Name, Action Hash)[] contestants =
        [
            (Ours, () => Keccak256.Hash(segment, hash)),
            (Yardstick, () => SHA3_256.HashData(segment, hash)),
            (BouncyCastle, () => HashByBouncyCastle(segment, hash)),
        ];
        var times = contestants.ToDictionary(contestant => contestant.Name, _ => new List<TimeSpan>(), StringComparer.Ordinal);
        for (var round = 0; round < WarmUpRounds + MeasuredRounds; round++)
        {
            foreach (var (name, compute) in contestants)
            {
                var start = time.GetTimestamp();
                compute();
                var elapsed = time.GetElapsedTime(start);
                if (round >= WarmUpRounds)
                {
                    times[name].Add(elapsed);
                }
            }
        }

        return times.ToDictionary(entry => entry.Key, entry => Spread.Of(entry.Value), StringComparer.Ordinal);
    }

    private static void HashByBouncyCastle(byte[] segment, byte[] hash)
    {
        var digest = new KeccakDigest(Keccak256.HashBytes * 8);
        digest.BlockUpdate(segment, 0, segment.Length);
        digest.DoFinal(hash, 0);
    }

    private static void Print(Dictionary<string, Spread> spreads)
    {
        var table = new Table().AddColumns("2 MB, ms", "median", "10 %", "90 %", "least", "most", "MB/s");
        foreach (var (name, spread) in spreads)
        {
            table.AddRow(
                name, $"{spread.Median:F2}", $"{spread.Low:F2}", $"{spread.High:F2}", $"{spread.Least:F2}", $"{spread.Most:F2}",
                $"{SegmentBytes / 1000.0 / spread.Median:F0}");
        }

        AnsiConsole.Write(table);
    }
}
