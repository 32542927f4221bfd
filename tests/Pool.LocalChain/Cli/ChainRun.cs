using Pool.Server.Chain.Rpc;

namespace Pool.Tests.Chain.Cli;

/// <summary>A chain that runs until somebody stops it.</summary>
internal sealed class ChainRun(RunRequest request)
{
    /// <summary>How often it is looked whether a round has begun, where blocks come only with transactions.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <exception cref="LocalChainException">It does not come up, or its node has ended.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var chain = await LocalChain.StartAsync(request.Port, cancellationToken: stop);
        if (request.Fund is { } self)
        {
            await chain.FundAsync(self, request.Stake + request.Stake, stop);
        }
        else
        {
            await chain.RegisterOrchestratorAsync(request.Orchestrator, request.Stake, request.RewardCut, request.FeeShare, request.ServiceUri, stop);
        }

        await chain.FundGatewayAsync(DevAccounts.Gateway, request.Deposit, request.Reserve, stop);
        // An orchestrator is active from the round after its registration on.
        await chain.NextRoundAsync(stop);
        if (request.BlockTime > TimeSpan.Zero)
        {
            await chain.Node.MineEveryAsync(request.BlockTime, stop);
        }

        await ChainState.Of(chain, request.Orchestrator).WriteAsync(request.State, stop);
        Console.WriteLine($"Chain {AnvilNode.ChainId} at {chain.Node.Url}, Controller {chain.Contracts.Controller.Address}");
        var ended = chain.Node.Ended;
        while (!ended.IsCompleted)
        {
            if (request.InitializesRounds)
            {
                await InitializeAsync(chain, stop);
            }

            await Task.WhenAny(ended, Task.Delay(request.BlockTime > TimeSpan.Zero ? request.BlockTime : s_look, TimeProvider.System, stop));
            stop.ThrowIfCancellationRequested();
        }

        throw new LocalChainException("The node has ended.");
    }

    /// <summary>Somebody else may be faster, and the node may have just ended: then there is nothing to do.</summary>
    private static async Task InitializeAsync(LocalChain chain, CancellationToken stop)
    {
        try
        {
            if (!await chain.IsRoundInitializedAsync(stop))
            {
                await chain.InitializeRoundAsync(stop);
            }
        }
        catch (Exception fault) when (fault is LocalChainException or RpcException or EndpointException)
        {
            await Console.Error.WriteLineAsync($"The round is not initialized: {fault.Message}");
        }
    }
}
