using System.Text;
using System.Text.Json;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>
/// The receipts a worker has been given, a line of JSON each, as they were signed: anybody can check them against the pool's address. Bounded: the
/// oldest go when there are too many. Beside them lies the address each pool signed with first.
/// </summary>
internal sealed class ReceiptBook
{
    /// <summary>Bytes of one file; a receipt takes about 1 KiB.</summary>
    public const long MaxFileBytes = 8L << 20;

    /// <summary>Files that are kept, the one that is written among them.</summary>
    public const int MaxFiles = 8;

    private const string FolderName = "receipts";
    private const string Current = "receipts.jsonl";

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly long _maxFileBytes;

    private ReceiptBook(string folder, long maxFileBytes) => (_folder, _maxFileBytes) = (folder, maxFileBytes);

    /// <summary>Opens the book in a worker's home.</summary>
    /// <exception cref="WorkerSetupException">The folder cannot be used.</exception>
    public static ReceiptBook Open(string home, long maxFileBytes = MaxFileBytes)
    {
        var folder = Path.Combine(home, FolderName);
        try
        {
            return new ReceiptBook(OwnerOnly.Folder(folder), maxFileBytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WorkerSetupException($"The folder {folder} cannot be used: {Sentence.Of(failure)}", failure);
        }
    }

    /// <summary>Keeps a receipt.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Keep(SignedReceipt receipt)
    {
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(receipt, WorkerLinkJson.Options) + "\n");
        lock (_gate)
        {
            var path = Path.Combine(_folder, Current);
            if (File.Exists(path) && new FileInfo(path).Length + line.Length > _maxFileBytes)
            {
                Shift();
            }

            using var file = OwnerOnly.File(path, FileMode.Append);
            file.Write(line);
        }
    }

    /// <summary>All receipts that are kept, the oldest first.</summary>
    public IEnumerable<SignedReceipt> Read() =>
        Enumerable.Range(0, MaxFiles).Reverse().Select(NameOf).Where(File.Exists).SelectMany(path => File.ReadLines(path))
            .Select(line => JsonSerializer.Deserialize<SignedReceipt>(line, WorkerLinkJson.Options) ?? throw new InvalidDataException("A receipt is null."));

    /// <summary>The address that this pool's receipts were signed with when the worker first joined it; remembers <paramref name="now"/> when this is the first time.</summary>
    /// <exception cref="IOException">The file could not be read or written.</exception>
    public Address FirstKeyOf(PoolAddress pool, Address now)
    {
        var name = new string([.. pool.Audience.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '_')]);
        var path = Path.Combine(_folder, $"{name}.address");
        lock (_gate)
        {
            if (File.Exists(path) && Address.TryParse(File.ReadAllText(path).Trim(), out var first, out _))
            {
                return first;
            }

            using var file = OwnerOnly.File(path, FileMode.Create);
            file.Write(Encoding.ASCII.GetBytes($"{now}\n"));
            return now;
        }
    }

    /// <summary>Every file becomes one older; the oldest goes.</summary>
    private void Shift()
    {
        File.Delete(NameOf(MaxFiles - 1));
        for (var age = MaxFiles - 2; age >= 0; age--)
        {
            if (File.Exists(NameOf(age)))
            {
                File.Move(NameOf(age), NameOf(age + 1));
            }
        }
    }

    private string NameOf(int age) => Path.Combine(_folder, age == 0 ? Current : $"{Current}.{age}");
}
