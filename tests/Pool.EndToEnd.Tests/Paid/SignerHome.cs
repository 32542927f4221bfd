using Pool.EndToEnd.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Keystores;
using Pool.Tests.Chain;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>The signer as an operator keeps it: a program of its own with a locked key store and settings that the server cannot write.</summary>
internal sealed class SignerHome(string folder, LocalChain chain)
{
    private const string Passphrase = "correct horse battery staple";

    /// <summary>Enough for the longest run: what is tested here is not the caps.</summary>
    private const string PerDay = "15000";

    private const int SaltBytes = 32;

    /// <summary>scrypt's N: what guessing costs is not tested here either.</summary>
    private const int Cost = 2;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where the server reaches it.</summary>
    public string Socket => Path.Combine(folder, "signer.sock");

    private string PassphraseFile => Path.Combine(folder, "passphrase");

    /// <summary>Locks the key, starts the signer and waits until it listens.</summary>
    public async Task<RunningProgram> StartAsync(EthereumKey key)
    {
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        await WriteAsync("keystore.json", Keystore.Lock(key, Passphrase, new KeyDerivation.Scrypt(new byte[SaltBytes], Cost, KeyDerivation.Scrypt.StandardBlockSize, 1)).ToJson());
        await WriteAsync(Path.GetFileName(PassphraseFile), Passphrase);
        var contracts = chain.Contracts;
        var program = RunningProgram.Start(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "signer", "run", "--folder", folder, "--passphrase-file", PassphraseFile],
            ("POOL_SIGNER__CHAIN_ID", $"{AnvilNode.ChainId}"),
            ("POOL_SIGNER__TICKET_BROKER", $"{contracts.TicketBroker.Address}"), ("POOL_SIGNER__BONDING_MANAGER", $"{contracts.BondingManager.Address}"),
            ("POOL_SIGNER__ROUNDS_MANAGER", $"{contracts.RoundsManager.Address}"), ("POOL_SIGNER__SERVICE_REGISTRY", $"{contracts.ServiceRegistry.Address}"),
            ("POOL_SIGNER__LIVEPEER_TOKEN", $"{contracts.LivepeerToken.Address}"), ("POOL_SIGNER__SOCKET", Socket),
            ("POOL_SIGNER__MAX_FEE_PER_GAS", "100 gwei"), ("POOL_SIGNER__MAX_GAS_COST_PER_DAY", "1000 ETH"),
            ("POOL_SIGNER__PER_DAY__TICKET_REDEMPTION", PerDay), ("POOL_SIGNER__PER_DAY__REWARD", PerDay), ("POOL_SIGNER__PER_DAY__ROUND_INITIALIZATION", PerDay));
        try
        {
            await Patience.UntilAsync("a signer that listens", () => Task.FromResult(
                program.HasEnded ? throw new InvalidOperationException($"The signer ended: {program.Said}") : File.Exists(Socket)));
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(string name, string text)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, text);
        File.SetUnixFileMode(file, OwnerOnly);
    }
}
