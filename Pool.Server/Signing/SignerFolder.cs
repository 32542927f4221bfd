using Pool.Server.Node;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Keystores;

namespace Pool.Server.Signing;

/// <summary>The signer's own folder: key store, settings, what was signed, socket. While a signer runs nobody else opens it.</summary>
internal sealed class SignerFolder : IDisposable
{
    /// <summary>Largest key store or passphrase file that is read: real ones have less than a kilobyte.</summary>
    private const int MaxFileBytes = 64 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly FileStream _lock;

    private SignerFolder(string path, FileStream held) => (Location, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string Location { get; }

    /// <summary>Takes the folder for a running signer; makes it when it is not there.</summary>
    /// <exception cref="StartUpException">Another signer has it.</exception>
    public static SignerFolder Take(string path)
    {
        Make(path);
        try
        {
            return new SignerFolder(path, new FileStream(Path.Combine(path, "signer.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken) when (taken is not DirectoryNotFoundException)
        {
            throw new StartUpException($"Another signer runs in {path}, or it cannot be written: {taken.Message}", taken);
        }
    }

    /// <summary>Makes the folder, for its owner only; one that is there stays as it is.</summary>
    public static void Make(string path) => Directory.CreateDirectory(path, OwnerOnly);

    /// <summary>The settings of a folder: its <c>signer.json</c>, then <paramref name="environment"/>.</summary>
    /// <exception cref="StartUpException">The file can be written by others, or is not JSON.</exception>
    public static SignerSettings Settings(string path, IConfiguration environment)
    {
        var file = Path.Combine(path, SignerSettings.FileName);
        RefuseMode(file, OthersWrite, "changed");
        var settings = new SignerSettings();
        try
        {
            new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: true).Build().Bind(settings);
            environment.GetSection(SignerSettings.Section).Bind(settings);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or InvalidOperationException)
        {
            throw new StartUpException($"{wrong.Message} {wrong.InnerException?.Message}".ReplaceLineEndings(" ").TrimEnd(), wrong);
        }

        return settings;
    }

    /// <summary>Writes a key store that was not there before.</summary>
    /// <exception cref="StartUpException">There is one: a key is never overwritten.</exception>
    public static void Write(string file, Keystore keystore)
    {
        RequireNew(file);
        SecretFile.WriteOnce(file, System.Text.Encoding.UTF8.GetBytes(keystore.ToJson() + "\n"));
    }

    /// <exception cref="StartUpException">There is a key store already.</exception>
    public static void RequireNew(string file)
    {
        if (File.Exists(file))
        {
            throw new StartUpException($"{file} is there already: a key is never overwritten. Move it away first.");
        }
    }

    /// <summary>Reads a key store.</summary>
    /// <exception cref="StartUpException">There is none, others can read it, or it is none.</exception>
    public static Keystore Read(string file)
    {
        try
        {
            return Keystore.Parse(ReadSecret(file, "make one with pool-server signer new"));
        }
        catch (KeystoreException wrong)
        {
            throw new StartUpException($"{file}: {wrong.Message}.", wrong);
        }
    }

    /// <summary>Unlocks a key store. The passphrase is not kept.</summary>
    /// <exception cref="StartUpException">The passphrase is wrong.</exception>
    public static EthereumKey Unlock(Keystore keystore, string passphrase, string file)
    {
        try
        {
            return keystore.Unlock(passphrase);
        }
        catch (KeystoreException wrong)
        {
            throw new StartUpException($"{file}: {wrong.Message}.", wrong);
        }
    }

    /// <summary>The first line of a file that only its owner may read.</summary>
    /// <exception cref="StartUpException">It is not there, others can read it, or it is empty.</exception>
    public static string ReadPassphrase(string file)
    {
        var passphrase = ReadSecret(file, "write the passphrase into it").Split('\n')[0].TrimEnd('\r');
        return passphrase.Length > 0 ? passphrase : throw new StartUpException($"{file} begins with an empty line: it holds no passphrase.");
    }

    public void Dispose() => _lock.Dispose();

    private static string ReadSecret(string file, string remedy)
    {
        if (!File.Exists(file))
        {
            throw new StartUpException($"{file} is not there: {remedy}.");
        }

        RefuseMode(file, OthersRead, "read");
        return new FileInfo(file).Length <= MaxFileBytes
            ? File.ReadAllText(file)
            : throw new StartUpException($"{file} is larger than {MaxFileBytes} bytes: it is something else.");
    }

    private static void RefuseMode(string file, UnixFileMode refused, string verb)
    {
        if (File.Exists(file) && (File.GetUnixFileMode(file) & refused) != UnixFileMode.None)
        {
            throw new StartUpException($"{file} can be {verb} by other users: chmod 600 {file}");
        }
    }
}
