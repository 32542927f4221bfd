using System.Numerics;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;

namespace Pool.Server.Rounds;

/// <summary>
/// Between whom an orchestrator will stand in the active list, which is sorted by stake, once its reward has been added. A wrong hint costs gas and nothing
/// else: the contract searches then (protocol §6.5).
/// </summary>
/// <param name="Previous">Who has more; zero when nobody has.</param>
/// <param name="Next">Who has less; zero when nobody has.</param>
internal sealed record RewardHints(Address Previous, Address Next)
{
    /// <summary>No hint: the contract searches from the end.</summary>
    public static RewardHints None { get; } = new(Address.Zero, Address.Zero);

    /// <summary>The neighbours of an orchestrator with its new stake.</summary>
    /// <param name="list">The active list with stakes, largest first.</param>
    /// <param name="maxSize">How many the list can have.</param>
    /// <param name="orchestrator">Whose neighbours.</param>
    /// <param name="newStake">Its stake with the reward.</param>
    public static RewardHints Between(IReadOnlyList<(Address Account, BigInteger Stake)> list, int maxSize, Address orchestrator, BigInteger newStake)
    {
        var others = list.Where(entry => entry.Account != orchestrator).ToList();
        if (others.Count == list.Count && others.Count >= maxSize)
        {
            others.RemoveAt(others.Count - 1);
        }

        var ahead = others.TakeWhile(entry => entry.Stake >= newStake).Count();
        return new RewardHints(
            ahead > 0 ? others[ahead - 1].Account : Address.Zero, ahead < others.Count ? others[ahead].Account : Address.Zero);
    }

    /// <summary>Reads the list and computes the stake with the reward: mintable × active stake / total bonded is added to it.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    public static async Task<RewardHints> ReadAsync(IEthereumRpc rpc, ContractAddresses contracts, Address orchestrator, CancellationToken cancellationToken)
    {
        var bonding = contracts.BondingManager;
        var first = await rpc.ReadAsync(
            [
                new ContractRead(bonding, BondingManagerAbi.GetTranscoder, orchestrator), new ContractRead(bonding, BondingManagerAbi.TranscoderTotalStake, orchestrator),
                new ContractRead(bonding, BondingManagerAbi.GetTotalBonded), new ContractRead(contracts.Minter, MinterAbi.CurrentMintableTokens),
                new ContractRead(bonding, BondingManagerAbi.GetTranscoderPoolMaxSize),
            ],
            BlockTag.Latest, cancellationToken);
        var (totalBonded, mintable, maxSize) = (first[2][0].AsNumber(), first[3][0].AsNumber(), (int)BigInteger.Min(first[4][0].AsNumber(), MaxList));
        if (totalBonded.IsZero)
        {
            return None;
        }

        var pool = await rpc.ReadAsync(
            [new ContractRead(bonding, BondingManagerAbi.GetTranscoderEarningsPoolForRound, orchestrator, first[0]["lastActiveStakeUpdateRound"].AsNumber())],
            BlockTag.Latest, cancellationToken);
        var reward = mintable * pool[0]["totalStake"].AsNumber() / totalBonded;
        return Between(await ListAsync(rpc, bonding, maxSize, cancellationToken), maxSize, orchestrator, first[1][0].AsNumber() + reward);
    }

    /// <summary>Longest list that is walked; Livepeer's has a hundred entries.</summary>
    private const int MaxList = 1000;

    private static async Task<IReadOnlyList<(Address Account, BigInteger Stake)>> ListAsync(
        IEthereumRpc rpc, Address bonding, int maxSize, CancellationToken cancellationToken)
    {
        var accounts = new List<Address>();
        var next = (await rpc.ReadAsync(new ContractRead(bonding, BondingManagerAbi.GetFirstTranscoderInPool), BlockTag.Latest, cancellationToken)).AsAddress();
        while (!next.IsZero && accounts.Count < maxSize)
        {
            accounts.Add(next);
            next = (await rpc.ReadAsync(new ContractRead(bonding, BondingManagerAbi.GetNextTranscoderInPool, next), BlockTag.Latest, cancellationToken)).AsAddress();
        }

        var stakes = await rpc.ReadAsync(
            [.. accounts.Select(account => new ContractRead(bonding, BondingManagerAbi.TranscoderTotalStake, account))], BlockTag.Latest, cancellationToken);
        return [.. accounts.Zip(stakes, (account, stake) => (account, stake[0].AsNumber()))];
    }
}
