using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Server.Node;
using Pool.Shared.Money;

namespace Pool.Server.Signing;

/// <summary>
/// What was signed on which day, in a file a day: a line is on the disk before its signature leaves the process, so a restart, or a clock that goes back, resets no
/// cap. Not for several threads.
/// </summary>
internal sealed class SpendingBook : IDisposable
{
    /// <summary>Files of older days that stay, for whoever looks what was signed.</summary>
    private const int DaysKept = 30;

    private const string Prefix = "signed-";
    private const string Suffix = ".jsonl";
    private const string DayFormat = "yyyy-MM-dd";

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Dictionary<(ulong Nonce, TransactionPurpose Purpose), Spending> _today = [];
    private DateOnly _day;
    private int _lines;
    private FileStream? _file;

    /// <exception cref="StartUpException">The file of today is damaged.</exception>
    public SpendingBook(string folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        TurnTo(Today());
    }

    /// <summary>The day's totals if this were signed as well.</summary>
    public DayTotals With(ulong nonce, TransactionPurpose purpose, Spending spending)
    {
        TurnTo(Today());
        var entries = new Dictionary<(ulong Nonce, TransactionPurpose Purpose), Spending>(_today);
        Merge(entries, nonce, purpose, spending);
        return new DayTotals(
            Wei.Sum(entries.Values.Select(entry => entry.Gas)),
            Wei.Sum(entries.Values.Select(entry => entry.Eth)),
            entries.Values.Aggregate(LptWei.Zero, (sum, entry) => sum + entry.Lpt),
            entries.Keys.CountBy(key => key.Purpose).ToDictionary(),
            _lines + 1);
    }

    /// <summary>Writes it down, to the disk.</summary>
    public void Note(ulong nonce, TransactionPurpose purpose, Spending spending)
    {
        var file = _file ?? throw new ObjectDisposedException(nameof(SpendingBook));
        var line = new Line(nonce, purpose, spending.Gas.ToDigits(), spending.Eth.ToDigits(), spending.Lpt.ToDigits());
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, SpendingJson.Default.Line), (byte)'\n']);
        file.Flush(flushToDisk: true);
        Merge(_today, nonce, purpose, spending);
        _lines++;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private static void Merge(Dictionary<(ulong Nonce, TransactionPurpose Purpose), Spending> entries, ulong nonce, TransactionPurpose purpose, Spending spending) =>
        entries[(nonce, purpose)] = Spending.Largest(entries.GetValueOrDefault((nonce, purpose)), spending);

    private DateOnly Today() => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    private void TurnTo(DateOnly day)
    {
        if (_file is not null && _day == day)
        {
            return;
        }

        Dispose();
        _today.Clear();
        _lines = 0;
        var path = PathOf(day);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            Load(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        (_file, _day) = (file, day);
        RemoveBefore(day.AddDays(-DaysKept));
    }

    /// <summary>A last line without its end was never answered: it goes. Any other that cannot be read is damage.</summary>
    private void Load(FileStream file, string path)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        foreach (var range in bytes.AsSpan(0, whole).Split((byte)'\n'))
        {
            var text = bytes.AsSpan(range);
            if (!text.IsEmpty)
            {
                Take(text, path);
            }
        }

        file.SetLength(whole);
        file.Position = whole;
    }

    private void Take(ReadOnlySpan<byte> text, string path)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, SpendingJson.Default.Line) is { } line && Wei.TryParseDigits(line.Gas, out var gas)
                && Wei.TryParseDigits(line.Eth, out var eth) && LptWei.TryParseDigits(line.Lpt, out var lpt))
            {
                Merge(_today, line.Nonce, line.Purpose, new Spending(gas, eth, lpt));
                _lines++;
                return;
            }
        }
        catch (JsonException)
        {
            // Answered below like every other line that is none.
        }

        throw new StartUpException($"{path} is damaged in line {_lines + 1}: without it the day's caps are not known. Restore it, or remove it to begin the day anew.");
    }

    private void RemoveBefore(DateOnly oldest)
    {
        foreach (var path in Directory.EnumerateFiles(_folder, $"{Prefix}*{Suffix}"))
        {
            var name = Path.GetFileName(path)[Prefix.Length..^Suffix.Length];
            if (DateOnly.TryParseExact(name, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < oldest)
            {
                File.Delete(path);
            }
        }
    }

    private string PathOf(DateOnly day) => Path.Combine(_folder, $"{Prefix}{day.ToString(DayFormat, CultureInfo.InvariantCulture)}{Suffix}");

    internal sealed record Line(ulong Nonce, TransactionPurpose Purpose, string Gas, string Eth, string Lpt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SpendingBook.Line))]
internal sealed partial class SpendingJson : JsonSerializerContext;
