using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Chain;

/// <summary><c>pool-localchain run</c>, which the demo starts.</summary>
public sealed class LocalChainProgramTests : IDisposable
{
    private static readonly AbiFunction s_getContract = AbiFunction.Parse("function getContract(bytes32 id) view returns (address)");
    private static readonly AbiFunction s_isActive = AbiFunction.Parse("function isActiveTranscoder(address account) view returns (bool)");
    private static readonly AbiFunction s_currentRound = AbiFunction.Parse("function currentRound() view returns (uint256)");
    private static readonly AbiFunction s_lastInitialized = AbiFunction.Parse("function lastInitializedRound() view returns (uint256)");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pool-chain-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Program_says_where_everything_is_goes_through_rounds_and_ends_when_told()
    {
        var key = Path.Combine(_folder.FullName, "key");
        using var orchestrator = EthereumKey.FromBytes(Bytes32.Keccak([7]).ToBytes());
        await File.WriteAllTextAsync(key, Convert.ToHexStringLower(orchestrator.ExportBytes()));
        using var program = Start("--initialize-rounds", "--orchestrator-key", key, "--reward-cut", "1000");
        try
        {
            var state = await StateAsync(program);
            Assert.Equal(orchestrator.Address.ToString(), Account(state, "orchestrator").GetProperty("address").GetString());
            Assert.Equal(JsonValueKind.Null, Account(state, "orchestrator").GetProperty("privateKey").ValueKind);
            Assert.Equal(DevAccounts.Gateway.Address.ToString(), Account(state, "gateway").GetProperty("address").GetString());

            using var rpc = new JsonRpc(
                [new Uri(state.GetProperty("rpcUrl").GetString()!)], state.GetProperty("chainId").GetUInt64(), TimeProvider.System, NullLogger<JsonRpc>.Instance);
            var bondingManager = (await ReadAsync(rpc, AddressIn(state, "controller"), s_getContract, Pool.Shared.Livepeer.ContractId.Of("BondingManager"))).AsAddress();
            Assert.True((await ReadAsync(rpc, bondingManager, s_isActive, orchestrator.Address)).AsFlag());

            var rounds = (await ReadAsync(rpc, AddressIn(state, "controller"), s_getContract, Pool.Shared.Livepeer.ContractId.Of("RoundsManager"))).AsAddress();
            await MineAsync(state.GetProperty("rpcUrl").GetString()!, LocalChain.RoundLength);
            await Eventually.IsSoAsync("the next round is initialized", async () =>
                (await ReadAsync(rpc, rounds, s_currentRound)).AsNumber() == (await ReadAsync(rpc, rounds, s_lastInitialized)).AsNumber());
        }
        finally
        {
            await EndAsync(program);
        }

        Assert.Equal(0, program.ExitCode);
    }

    private Process Start(params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pool-localchain"), ["run", "--state", StateFile, .. options]);
        return Process.Start(start)!;
    }

    private string StateFile => Path.Combine(_folder.FullName, "state.json");

    private async Task<JsonElement> StateAsync(Process program)
    {
        await Eventually.IsSoAsync("the chain is ready", () => Task.FromResult(File.Exists(StateFile) || program.HasExited));
        return JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(StateFile));
    }

    /// <summary>As <c>kill</c> does it, and as the demo will.</summary>
    private static async Task EndAsync(Process program)
    {
        using var kill = Process.Start("kill", ["-s", "TERM", program.Id.ToString()]);
        await kill.WaitForExitAsync();
        await program.WaitForExitAsync().WaitAsync(Patience.Limit);
    }

    private static async Task MineAsync(string url, ulong blocks)
    {
        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(new Uri(url), new { jsonrpc = "2.0", id = 1, method = "anvil_mine", @params = new[] { blocks } });
        response.EnsureSuccessStatusCode();
    }

    private static JsonElement Account(JsonElement state, string role) =>
        state.GetProperty("accounts").EnumerateArray().Single(account => account.GetProperty("role").GetString() == role);

    private static Address AddressIn(JsonElement state, string name) =>
        Address.TryParse(state.GetProperty(name).GetString(), out var address, out var error) ? address : throw new InvalidOperationException(error);

    private static async Task<AbiValue> ReadAsync(JsonRpc rpc, Address contract, AbiFunction function, params AbiValue[] arguments)
    {
        var results = await rpc.CallAsync([new ContractCall(contract, function.EncodeCall(arguments))], BlockTag.Latest, CancellationToken.None);
        return function.DecodeResult(Assert.IsType<CallResult.Returned>(results[0]).Data)[0];
    }
}
