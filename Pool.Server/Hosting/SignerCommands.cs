using System.CommandLine;
using Pool.Server.Node;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Keystores;

namespace Pool.Server.Hosting;

/// <summary><c>pool-server signer</c>: the process that holds the key. It reads no setting that the server could write, and opens neither network nor database.</summary>
internal static class SignerCommands
{
    /// <summary>The passphrase, where no file has it.</summary>
    public const string PassphraseVariable = "POOL_SIGNER_PASSPHRASE";

    /// <summary>Shortest passphrase of a new key store.</summary>
    private const int MinPassphraseLength = 12;

    /// <param name="guard">Turns faults into one line and an exit status.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var folder = new Option<string?>("--folder") { Description = "The signer's own folder. Default: POOL_SIGNER__FOLDER, else signer in POOL_HOME." };
        var secret = new Option<string?>("--passphrase-file") { Description = $"File whose first line is the passphrase; otherwise {PassphraseVariable}." };
        var source = new Argument<string>("FILE") { Description = "A key store of version 3, as geth and go-livepeer write it." };

        var run = new Command("run", "Hold the key and answer on the socket until SIGTERM or Ctrl-C.") { folder, secret };
        run.SetAction((parsed, stop) => guard(() => RunAsync(parsed.GetValue(folder), parsed.GetValue(secret), stop)));
        var make = new Command("new", "Make a key and its encrypted key store; prints the address.") { folder, secret };
        make.SetAction((parsed, _) => guard(() => Do(() => Make(parsed.GetValue(folder), parsed.GetValue(secret)))));
        var import = new Command("import", "Take over a key store that its passphrase opens; prints the address.") { source, folder, secret };
        import.SetAction((parsed, _) => guard(() => Do(() => Import(parsed.GetValue(source) ?? "", parsed.GetValue(folder), parsed.GetValue(secret)))));
        var address = new Command("address", "Print the address of the key.") { folder, secret };
        address.SetAction((parsed, _) => guard(() => Do(() => ReadAddress(parsed.GetValue(folder), parsed.GetValue(secret)))));
        return new Command("signer", "Hold the orchestrator's key in a process of its own: run, new, import, address.") { run, make, import, address };
    }

    private static async Task<int> RunAsync(string? folder, string? secret, CancellationToken cancellationToken)
    {
        using var held = SignerFolder.Take(FolderOf(folder));
        using var logs = LoggerFactory.Create(logging => logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        }));
        await SignerProcess.RunAsync(held, SettingsOf(held.Location), () => Passphrase(secret), logs, cancellationToken);
        return 0;
    }

    private static Address Make(string? folder, string? secret)
    {
        var file = NewKeystoreFile(folder);
        var passphrase = Passphrase(secret);
        if (passphrase.Length < MinPassphraseLength)
        {
            throw new StartUpException($"The passphrase has {passphrase.Length} characters: it takes at least {MinPassphraseLength}.");
        }

        using var key = EthereumKey.Create();
        SignerFolder.Write(file, Keystore.Lock(key, passphrase));
        return key.Address;
    }

    private static Address Import(string source, string? folder, string? secret)
    {
        var file = NewKeystoreFile(folder);
        var keystore = SignerFolder.Read(source);
        using var key = SignerFolder.Unlock(keystore, Passphrase(secret), source);
        SignerFolder.Write(file, keystore);
        return key.Address;
    }

    /// <summary>Most key stores say it; the others have to be unlocked.</summary>
    private static Address ReadAddress(string? folder, string? secret)
    {
        var file = KeystoreOf(FolderOf(folder));
        var keystore = SignerFolder.Read(file);
        if (keystore.Address is { } address)
        {
            return address;
        }

        using var key = SignerFolder.Unlock(keystore, Passphrase(secret), file);
        return key.Address;
    }

    private static Task<int> Do(Func<Address> command)
    {
        Console.Out.WriteLine(command());
        return Task.FromResult(0);
    }

    private static string NewKeystoreFile(string? folder)
    {
        var path = FolderOf(folder);
        SignerFolder.Make(path);
        var file = KeystoreOf(path);
        SignerFolder.RequireNew(file);
        return file;
    }

    private static string KeystoreOf(string folder) => Path.Combine(folder, SettingsOf(folder).Keystore);

    private static SignerSettings SettingsOf(string folder) => SignerFolder.Settings(folder, OwnEnvironment());

    private static string FolderOf(string? given)
    {
        var settings = OwnEnvironment();
        var home = settings["Home"] ?? new NodeOptions().Home;
        return Path.GetFullPath(given ?? settings[$"{SignerSettings.Section}:Folder"] ?? Path.Combine(home, "signer"));
    }

    private static IConfigurationRoot OwnEnvironment() =>
        new ConfigurationBuilder().AddInMemoryCollection(PoolEnvironment.Read(Environment.GetEnvironmentVariables())).Build();

    private static string Passphrase(string? file)
    {
        if (file is not null)
        {
            return SignerFolder.ReadPassphrase(file);
        }

        var passphrase = Environment.GetEnvironmentVariable(PassphraseVariable);
        Environment.SetEnvironmentVariable(PassphraseVariable, null);
        return string.IsNullOrEmpty(passphrase)
            ? throw new StartUpException($"There is no passphrase: name its file with --passphrase-file, or set {PassphraseVariable}.")
            : passphrase;
    }
}
