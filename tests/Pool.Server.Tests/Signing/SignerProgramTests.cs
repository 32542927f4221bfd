using System.Diagnostics;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Ethereum.Keystores;
using static Pool.Server.Tests.Signing.SignerUnderTest;

namespace Pool.Server.Tests.Signing;

/// <summary>The signer as the program it is.</summary>
public sealed class SignerProgramTests : IAsyncLifetime
{
    private const string Passphrase = "correct horse battery staple";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("pool-signer-");

    private string Folder => Path.Combine(_home.FullName, "signer");

    private string Secret => Path.Combine(_home.FullName, "passphrase");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Secret, Passphrase + "\n");
        File.SetUnixFileMode(Secret, OwnerOnly);
    }

    public Task DisposeAsync()
    {
        _home.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_new_key_is_kept_encrypted_in_a_folder_of_its_owner_and_never_overwritten()
    {
        var made = await RunAsync(null, "new", "--passphrase-file", Secret);
        var again = await RunAsync(null, "new", "--passphrase-file", Secret);
        var address = await RunAsync(null, "address");

        Assert.Equal(0, made.Status);
        var file = Path.Combine(Folder, "keystore.json");
        using var key = Keystore.Parse(await File.ReadAllTextAsync(file)).Unlock(Passphrase);
        Assert.Equal((key.Address.ToString(), key.Address.ToString()), (made.Output.Trim(), address.Output.Trim()));
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (File.GetUnixFileMode(file), File.GetUnixFileMode(Folder)));
        Assert.Equal(1, again.Status);
        Assert.Contains("a key is never overwritten", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_signs_over_its_socket_keeps_its_caps_over_a_kill_and_ends_at_sigterm()
    {
        var account = WriteKeystore();
        await File.WriteAllTextAsync(Path.Combine(Folder, "signer.json"), """{ "perDay": { "reward": 1 }, "payoutWallet": "0x7777777777777777777777777777777777777777" }""");
        var transaction = Transaction(Contracts.BondingManager, AbiFunction.Parse("reward()").EncodeCall());
        using (var first = Start(null))
        {
            await using var client = await ConnectAsync(first);
            Assert.Equal(account, client.Account);
            await SignAsync(client, TransactionPurpose.Reward, transaction);
            first.Kill();
            await first.WaitForExitAsync();
        }

        using var second = Start(null);
        await using var again = await ConnectAsync(second);
        await SignAsync(again, TransactionPurpose.Reward, transaction);
        Assert.Equal("PerDay:Reward: it would be number 2 today, the cap is 1 a day", await RefusalAsync(again, TransactionPurpose.Reward, transaction with { Nonce = 1 }));
        var twice = await RunAsync(null, "run", "--passphrase-file", Secret);
        Assert.Equal(1, twice.Status);
        Assert.Contains("Another signer runs in", twice.Errors, StringComparison.Ordinal);

        var errors = second.StandardError.ReadToEndAsync();
        using (var kill = Process.Start("kill", ["-TERM", $"{second.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        var output = await second.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit);
        await second.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.Equal(0, second.ExitCode);
        Assert.False(File.Exists(Path.Combine(Folder, "signer.sock")));
        Assert.DoesNotContain(Passphrase, output + await errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_or_missing_passphrase_and_files_that_others_can_read_stop_the_start_with_a_sentence()
    {
        WriteKeystore();
        var wrong = await RunAsync("wrong passphrase", "run");
        var missing = await RunAsync(null, "run");
        File.SetUnixFileMode(Secret, OwnerOnly | UnixFileMode.GroupRead);
        var open = await RunAsync(null, "run", "--passphrase-file", Secret);
        File.SetUnixFileMode(Path.Combine(Folder, "keystore.json"), OwnerOnly | UnixFileMode.OtherRead);
        var readable = await RunAsync(Passphrase, "run");

        Assert.All([wrong, missing, open, readable], run => Assert.Equal(1, run.Status));
        Assert.Contains("the passphrase is wrong", wrong.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong passphrase", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no passphrase", missing.Errors, StringComparison.Ordinal);
        Assert.Contains($"{Secret} can be read by other users", open.Errors, StringComparison.Ordinal);
        Assert.Contains("keystore.json can be read by other users", readable.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_store_of_another_program_is_taken_over_when_its_passphrase_opens_it()
    {
        var source = Path.Combine(_home.FullName, "UTC--wallet");
        using var key = EthereumKey.Create();
        await File.WriteAllTextAsync(source, Cheap(key).ToJson());
        File.SetUnixFileMode(source, OwnerOnly);
        var wrong = await RunAsync("wrong passphrase", "import", source);
        var imported = await RunAsync(Passphrase, "import", source);

        Assert.Equal((1, 0, key.Address.ToString()), (wrong.Status, imported.Status, imported.Output.Trim()));
        Assert.True(File.Exists(Path.Combine(Folder, "keystore.json")));
    }

    private static Keystore Cheap(EthereumKey key) => Keystore.Lock(key, Passphrase, new KeyDerivation.Scrypt(new byte[32], 2, 8, 1));

    private Address WriteKeystore()
    {
        SignerFolder.Make(Folder);
        using var key = EthereumKey.Create();
        SignerFolder.Write(Path.Combine(Folder, "keystore.json"), Cheap(key));
        return key.Address;
    }

    private async Task<SignerClient> ConnectAsync(Process process)
    {
        var client = default(SignerClient);
        await Eventually.IsSoAsync("the signer listens", async () =>
        {
            Assert.False(process.HasExited, "The signer ended at its start.");
            try
            {
                client = await SignerClient.ConnectAsync(Path.Combine(Folder, "signer.sock"), Patience.Limit, TimeProvider.System, CancellationToken.None);
                return true;
            }
            catch (SignerException)
            {
                return false;
            }
        });
        return client!;
    }

    private Process Start(string? passphrase, params string[] arguments)
    {
        string[] command = arguments.Length > 0 ? arguments : ["run", "--passphrase-file", Secret];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "signer", .. command])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POOL_HOME"] = _home.FullName;
        if (passphrase is not null)
        {
            start.Environment["POOL_SIGNER_PASSPHRASE"] = passphrase;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The signer did not start.");
    }

    private async Task<(int Status, string Output, string Errors)> RunAsync(string? passphrase, params string[] arguments)
    {
        using var process = Start(passphrase, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (process.ExitCode, await output, await errors);
    }
}
