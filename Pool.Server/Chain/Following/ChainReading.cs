using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Following;

/// <summary>The chain as it is at one block: all that a snapshot has, in three requests.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Contracts">Where the contracts are.</param>
internal sealed record ChainReading(ChainSnapshot Snapshot, ContractAddresses Contracts)
{
    /// <summary>Reads the chain at this block.</summary>
    /// <param name="rpc">The node.</param>
    /// <param name="head">The block.</param>
    /// <param name="contracts">Where the contracts were when somebody looked last.</param>
    /// <param name="orchestrator">Our orchestrator's address.</param>
    /// <param name="leastGasPrice">The operator's floor.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">The server ends.</param>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    public static async Task<ChainReading> TakeAsync(
        IEthereumRpc rpc, BlockHeader head, ContractAddresses contracts, Address orchestrator, Wei leastGasPrice, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var at = BlockTag.At(head.Number);
        var gasPrice = rpc.GasPriceAsync(cancellationToken);
        var questions = ContractAddresses.Questions(contracts.Controller);
        var answers = await rpc.ReadAsync(
            [
                new ContractRead(contracts.Controller, ControllerAbi.Paused),
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.LastInitializedRound),
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.CurrentRoundStartBlock),
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.RoundLength),
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.CurrentRound),
                new ContractRead(contracts.BondingManager, BondingManagerAbi.GetTranscoderPoolSize),
                new ContractRead(contracts.BondingManager, BondingManagerAbi.GetTranscoder, orchestrator),
                .. questions,
            ],
            at, cancellationToken);
        var resolved = ContractAddresses.From(contracts.Controller, [.. answers.TakeLast(questions.Count)]);
        if (resolved != contracts)
        {
            return await TakeAsync(rpc, head, resolved, orchestrator, leastGasPrice, now, cancellationToken);
        }

        var round = answers[1][0].AsNumber();
        var hashes = await rpc.ReadAsync(
            [
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.BlockHashForRound, round),
                new ContractRead(contracts.RoundsManager, RoundsManagerAbi.BlockHashForRound, round.IsZero ? round : round - 1),
            ],
            at, cancellationToken);

        // The contract counts rounds by blocks, whether or not they are initialized: the last initialized one began so many rounds before.
        var length = answers[3][0].AsUInt64();
        var start = answers[2][0].AsUInt64() - (length * (ulong)(answers[4][0].AsNumber() - round));
        var state = new RoundState((long)round, hashes[0][0].AsBytes32(), hashes[1][0].AsBytes32(), start, length, answers[5][0].AsNumber());
        return new ChainReading(
            new ChainSnapshot(head, state, Wei.Max(await gasPrice, leastGasPrice), Orchestrator(orchestrator, answers[6]), answers[0][0].AsFlag(), now), contracts);
    }

    private static OrchestratorState Orchestrator(Address account, AbiArguments entry) => new(
        account, entry["lastRewardRound"].AsNumber(), entry["rewardCut"].AsNumber(), entry["feeShare"].AsNumber(),
        entry["activationRound"].AsNumber(), entry["deactivationRound"].AsNumber());
}
