using System.Diagnostics;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;
using Pool.Tests.Kit;

namespace Pool.Tests.Chain;

/// <summary>
/// A development node of its own on a port of the loopback. It mines a block for each transaction, at once, unless it is told otherwise. A transaction that
/// comes while the one with the nonce before is mined may be put behind that nonce and wait for ever: wait for each receipt, or turn mining off meanwhile.
/// </summary>
public sealed class AnvilNode : IAsyncDisposable
{
    /// <summary>Id of its chain.</summary>
    public const ulong ChainId = 31337;

    private const int StartAttempts = 3;
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_startPause = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly RpcEndpoint _endpoint;

    private AnvilNode(Process process, int port)
    {
        (_process, Port) = (process, port);
        Url = new Uri($"http://127.0.0.1:{port}");
        _endpoint = new RpcEndpoint(Url, RpcLimits.Default, TimeProvider.System);
    }

    /// <summary>Where it answers.</summary>
    public Uri Url { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when the process has ended, whoever ended it.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts a node and waits until it answers.</summary>
    /// <param name="port">Its port; a free one when null.</param>
    /// <param name="slotsInAnEpoch">Blocks of an epoch: a block is safe after one epoch and finalized after two.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="LocalChainException">It does not start.</exception>
    public static async Task<AnvilNode> StartAsync(int? port = null, int slotsInAnEpoch = 1, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var node = Launch(port ?? FreePort.Next(), slotsInAnEpoch);
            try
            {
                await node.AnswersAsync(cancellationToken);
                return node;
            }
            catch (LocalChainException) when (port is null && attempt < StartAttempts)
            {
                // Somebody else took the port in between.
                await node.DisposeAsync();
            }
            catch
            {
                await node.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Mines blocks, empty but for what waits.</summary>
    public Task MineAsync(ulong blocks = 1, CancellationToken cancellationToken = default) =>
        AskAsync("anvil_mine", [RpcJson.Hex(blocks)], cancellationToken);

    /// <summary>Whether each transaction gets its block at once; otherwise it waits for <see cref="MineAsync"/>.</summary>
    public Task SetAutomineAsync(bool isOn, CancellationToken cancellationToken = default) => AskAsync("evm_setAutomine", [isOn], cancellationToken);

    /// <summary>From now on blocks come at this interval, and not with the transactions.</summary>
    public Task MineEveryAsync(TimeSpan interval, CancellationToken cancellationToken = default) =>
        AskAsync("evm_setIntervalMining", [(long)interval.TotalSeconds], cancellationToken);

    /// <summary>Remembers the chain as it is.</summary>
    /// <returns>The name for <see cref="RevertAsync"/>, of use once.</returns>
    public async Task<string> SnapshotAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync("evm_snapshot", [], cancellationToken)).GetString() ?? throw new LocalChainException("A snapshot has no name.");

    /// <summary>Makes the chain what it was.</summary>
    /// <exception cref="LocalChainException">There is no such snapshot, or it was used.</exception>
    public async Task RevertAsync(string snapshot, CancellationToken cancellationToken = default)
    {
        if ((await AskAsync("evm_revert", [snapshot], cancellationToken)).ValueKind != JsonValueKind.True)
        {
            throw new LocalChainException($"There is no snapshot {snapshot} any more.");
        }
    }

    /// <summary>Replaces the newest blocks by others without their transactions.</summary>
    /// <param name="depth">How many.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    public Task ReorgAsync(ulong depth, CancellationToken cancellationToken = default) => AskAsync("anvil_reorg", [depth, new JsonArray()], cancellationToken);

    /// <summary>Gives an account exactly this much ETH.</summary>
    public Task SetBalanceAsync(Address account, Wei balance, CancellationToken cancellationToken = default) =>
        AskAsync("anvil_setBalance", [account.ToString(), RpcJson.Hex(balance.Value)], cancellationToken);

    /// <summary>Puts code at an address.</summary>
    public Task SetCodeAsync(Address account, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default) =>
        AskAsync("anvil_setCode", [account.ToString(), RpcJson.Hex(code.Span)], cancellationToken);

    /// <summary>What a gas costs in the next block.</summary>
    public Task SetNextBaseFeeAsync(Wei baseFee, CancellationToken cancellationToken = default) =>
        AskAsync("anvil_setNextBlockBaseFeePerGas", [RpcJson.Hex(baseFee.Value)], cancellationToken);

    /// <summary>The time of the next block.</summary>
    public Task SetNextBlockTimeAsync(DateTimeOffset at, CancellationToken cancellationToken = default) =>
        AskAsync("evm_setNextBlockTimestamp", [at.ToUnixTimeSeconds()], cancellationToken);

    /// <summary>Forgets a transaction that waits for a block.</summary>
    public Task DropAsync(Bytes32 transaction, CancellationToken cancellationToken = default) =>
        AskAsync("anvil_dropTransaction", [transaction.ToString()], cancellationToken);

    /// <summary>Asks the node anything that has no method here.</summary>
    /// <exception cref="LocalChainException">It answers an error.</exception>
    public async Task<JsonElement> AskAsync(string method, IReadOnlyList<JsonNode?> arguments, CancellationToken cancellationToken = default)
    {
        var replies = await _endpoint.AskAsync([new RpcQuestion(method, arguments)], cancellationToken);
        return replies[0].Error is { } error ? throw new LocalChainException($"{method}: {error.Words}") : replies[0].Result;
    }

    /// <summary>Kills the node.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _endpoint.Dispose();
    }

    private static AnvilNode Launch(int port, int slotsInAnEpoch)
    {
        var start = new ProcessStartInfo(NpmPackages.File("@foundry-rs/anvil-linux-amd64", "bin", "anvil"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "--silent", "--host", "127.0.0.1", "--port", port.ToString(), "--chain-id", ChainId.ToString(),
            "--accounts", DevAccounts.All.Count.ToString(), "--balance", "100000", "--slots-in-an-epoch", slotsInAnEpoch.ToString(),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new AnvilNode(Process.Start(start) ?? throw new LocalChainException("anvil did not start."), port);
    }

    private async Task AnswersAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < s_startLimit)
        {
            if (_process.HasExited)
            {
                var words = await _process.StandardError.ReadToEndAsync(cancellationToken);
                throw new LocalChainException($"anvil ended at once (exit code {_process.ExitCode}): {words.Trim()}");
            }

            try
            {
                var chainId = RpcJson.Quantity(await AskAsync("eth_chainId", [], cancellationToken));
                if (chainId == new BigInteger(ChainId) && !_process.HasExited)
                {
                    return;
                }
            }
            catch (EndpointException)
            {
                await Task.Delay(s_startPause, TimeProvider.System, cancellationToken);
            }
        }

        throw new LocalChainException($"anvil did not answer within {s_startLimit.TotalSeconds} s.");
    }
}
