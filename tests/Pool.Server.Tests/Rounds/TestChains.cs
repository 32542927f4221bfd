using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Rounds;

/// <summary>Snapshots of a chain with rounds of 100 blocks, round 50 beginning with L1 block 5000.</summary>
internal static class TestChains
{
    public const long Round = 50;

    public const ulong Start = 5000;

    public static readonly Address Orchestrator = Address.FromWire([7]);

    public static ChainSnapshot At(ulong l1Block, Func<ChainSnapshot, ChainSnapshot>? change = null)
    {
        var head = new BlockHeader(l1Block, Bytes32.FromWire([1]), Bytes32.FromWire([2]), DateTimeOffset.UnixEpoch, l1Block, new Wei(1));
        var round = new RoundState(Round, Bytes32.FromWire([3]), Bytes32.FromWire([4]), Start, 100, 10);
        var own = new OrchestratorState(Orchestrator, Round, 100_000, 500_000, 10, BigInteger.Pow(2, 256) - 1);
        var snapshot = new ChainSnapshot(head, round, new Wei(1_000_000_000), own, IsPaused: false, DateTimeOffset.UnixEpoch);
        return change is null ? snapshot : change(snapshot);
    }

    public static ChainSnapshot With(this ChainSnapshot chain, Func<OrchestratorState, OrchestratorState> change) =>
        chain with { Orchestrator = change(chain.Orchestrator) };
}
