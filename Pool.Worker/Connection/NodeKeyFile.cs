using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>Something on this machine is not as it must be; the message is one line for its owner.</summary>
public sealed class WorkerFaultException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The worker's home folder: its node key, made on the first run, and a lock so that one home is one worker.</summary>
internal sealed class NodeKeyFile : IDisposable
{
    private const string KeyName = "node.key";
    private const string LockName = "worker.lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private NodeKeyFile(EthereumKey key, FileStream homeLock) => (Key, _lock) = (key, homeLock);

    public EthereumKey Key { get; }

    /// <summary>Opens the home folder; makes it and the key when they are not there.</summary>
    /// <exception cref="WorkerFaultException">The folder cannot be used, another worker has it, or the key is damaged.</exception>
    public static NodeKeyFile Open(string home)
    {
        try
        {
            Directory.CreateDirectory(home, OwnerOnly | UnixFileMode.UserExecute);
            var homeLock = Lock(home);
            try
            {
                return new NodeKeyFile(ReadOrCreate(Path.Combine(home, KeyName)), homeLock);
            }
            catch
            {
                homeLock.Dispose();
                throw;
            }
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            throw new WorkerFaultException($"The home folder {home} cannot be used: {denied.Message}", denied);
        }
    }

    private static FileStream Lock(string home)
    {
        try
        {
            return new FileStream(Path.Combine(home, LockName), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException taken)
        {
            throw new WorkerFaultException($"Another worker runs in {home}: give this one a home of its own (--home).", taken);
        }
    }

    private static EthereumKey ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            using var fresh = EthereumKey.Create();
            WriteOnce(path, $"0x{Convert.ToHexStringLower(fresh.ExportBytes())}\n");
        }

        var text = File.ReadAllText(path).Trim();
        try
        {
            return EthereumKey.FromBytes(Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text));
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentException)
        {
            throw new WorkerFaultException($"{path} is damaged: it must hold 0x and 64 hex digits. Restore it from a copy; it is this worker's identity.", damaged);
        }
    }

    /// <summary>In one step, so that a crash leaves either no key or a whole one.</summary>
    private static void WriteOnce(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new StreamWriter(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(text);
        }

        File.Move(temporary, path, overwrite: false);
    }

    public void Dispose()
    {
        Key.Dispose();
        _lock.Dispose();
    }
}
