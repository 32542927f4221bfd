using System.Numerics;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Tests.Chain;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>What the contracts' events say in the end, read by the test itself.</summary>
internal sealed record ChainFacts
{
    /// <summary>How often each ticket was redeemed that pays our orchestrator.</summary>
    public required IReadOnlyDictionary<(Bytes32 RandHash, uint Nonce), int> Redeemed { get; init; }

    /// <summary>What was paid for all of them, in wei.</summary>
    public required BigInteger Paid { get; init; }

    /// <summary>Rewards that our orchestrator called for.</summary>
    public required int Rewards { get; init; }

    /// <summary>Rounds that were initialized while the pool ran.</summary>
    public required int Rounds { get; init; }

    /// <summary>Transactions of our orchestrator.</summary>
    public required ulong Transactions { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="firstNonce">Transactions that the orchestrator had sent before the pool.</param>
    public static async Task<ChainFacts> ReadAsync(LocalChain chain, ulong firstNonce)
    {
        var (broker, bonding, rounds) = (chain.Contracts.TicketBroker, chain.Contracts.BondingManager, chain.Contracts.RoundsManager);
        var redeemed = await LogsAsync(chain, broker, "WinningTicketRedeemed");
        var transfers = await LogsAsync(chain, broker, "WinningTicketTransfer");
        var rewards = await LogsAsync(chain, bonding, "Reward");
        var pool = MoneyScene.Key.Address;
        return new ChainFacts
        {
            Redeemed = redeemed.Where(happened => happened["recipient"].AsAddress() == pool).CountBy(KeyOf).ToDictionary(),
            Paid = transfers.Where(happened => happened["recipient"].AsAddress() == pool).Aggregate(BigInteger.Zero, (sum, happened) => sum + happened["amount"].AsNumber()),
            Rewards = rewards.Count(happened => happened["transcoder"].AsAddress() == pool),
            // The first is of the deployment, the second is the one the pool begins in.
            Rounds = (await LogsAsync(chain, rounds, "NewRound")).Count - 1,
            Transactions = await chain.Rpc.TransactionCountAsync(pool, BlockTag.Latest, CancellationToken.None) - firstNonce,
        };
    }

    private static (Bytes32 RandHash, uint Nonce) KeyOf(AbiArguments happened) =>
        (new RecipientRand(happened["recipientRand"].AsNumber()).Hash(), (uint)happened["senderNonce"].AsNumber());

    private static async Task<IReadOnlyList<AbiArguments>> LogsAsync(LocalChain chain, DeployedContract contract, string name)
    {
        var happening = contract.Abi.Event(name);
        var head = await chain.HeadAsync();
        var logs = await chain.Rpc.LogsAsync(new LogFilter(0, head.Number, [contract.Address], [happening.Topic]), CancellationToken.None);
        return [.. logs.Select(log => happening.DecodeLog(log.Topics, log.Data))];
    }
}
