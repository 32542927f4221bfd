using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Benchmarks.Tickets;

/// <summary>A chain on which nothing happens, whose senders all have a deposit and a reserve of 100 ETH.</summary>
internal sealed class SteadyChain : IChainView, IPendingRedemptions
{
    private static readonly Wei s_fund = Wei.OneEth * 100;

    private readonly TaskCompletionSource _never = new();

    public ChainSnapshot Now { get; } = new(
        new BlockHeader(1000, Bytes32.Keccak([1]), Bytes32.Keccak([0]), DateTimeOffset.UnixEpoch, 1000, Wei.Zero),
        new RoundState(17, Bytes32.Keccak([17]), Bytes32.Keccak([16]), 990, 50, 10),
        Wei.OneGwei,
        new OrchestratorState(Address.FromWire([1]), 16, 0, 0, 1, 1_000_000),
        IsPaused: false,
        DateTimeOffset.UnixEpoch);

    public Task NextChange() => _never.Task;

    public ValueTask<SenderAccount> SenderAsync(Address sender, CancellationToken cancellationToken) =>
        new(new SenderAccount(s_fund, BigInteger.Zero, s_fund, Wei.Zero, Wei.Zero));

    public Wei Of(Address sender) => Wei.Zero;
}

/// <summary>A signer with its key in this process.</summary>
internal sealed class KeySigner : ISigner
{
    private readonly EthereumKey _key = EthereumKey.Create();

    public Address Account => _key.Address;

    public Task<byte[]> SignHashAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult(_key.Sign(hash.ToBytes()));

    public Task<SignedTransaction> SignAsync(TransactionPurpose purpose, Transaction1559 transaction, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No transaction is signed here.");
}
