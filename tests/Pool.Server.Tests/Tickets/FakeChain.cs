using System.Collections.Concurrent;
using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>A chain that is what the test says.</summary>
internal sealed class FakeChain : IChainView
{
    public static readonly Address Orchestrator = Address.FromWire([.. Enumerable.Repeat((byte)0xAA, Address.Bytes)]);

    private readonly ConcurrentDictionary<Address, SenderAccount> _senders = new();
    private readonly TaskCompletionSource _never = new();

    /// <summary>Whether no endpoint answers.</summary>
    public bool IsAway { get; set; }

    public ChainSnapshot Now { get; set; } = new(
        new BlockHeader(5000, Bytes32.Keccak([1]), Bytes32.Keccak([0]), DateTimeOffset.UnixEpoch, 1000, Wei.Zero),
        new RoundState(17, Bytes32.Keccak([17]), Bytes32.Keccak([16]), 990, 50, 10),
        Wei.OneGwei * 2,
        new OrchestratorState(Orchestrator, 16, 0, 0, 1, 1_000_000),
        IsPaused: false,
        DateTimeOffset.UnixEpoch);

    public ulong Block
    {
        get => Now.Head.L1Number;
        set => Now = Now with { Head = Now.Head with { L1Number = value } };
    }

    public Task NextChange() => _never.Task;

    public ValueTask<SenderAccount> SenderAsync(Address sender, CancellationToken cancellationToken) => IsAway
        ? throw new RpcException("no endpoint answers")
        : new(_senders.GetValueOrDefault(sender, Of(Wei.Zero, Wei.Zero)));

    /// <summary>Gives a sender a deposit and a reserve.</summary>
    public void Fund(Address sender, Wei deposit, Wei reserve, BigInteger withdrawRound = default) =>
        _senders[sender] = Of(deposit, reserve) with { WithdrawRound = withdrawRound };

    private static SenderAccount Of(Wei deposit, Wei reserve) => new(deposit, BigInteger.Zero, reserve, Wei.Zero, Wei.Zero);
}

/// <summary>A signer with its key in this process.</summary>
internal sealed class KeySigner : ISigner
{
    public EthereumKey Key { get; } = EthereumKey.Create();

    /// <summary>Whether it is away.</summary>
    public bool IsAway { get; set; }

    public Address Account => Key.Address;

    public Task<byte[]> SignHashAsync(Bytes32 hash, CancellationToken cancellationToken) => IsAway
        ? throw new SignerException("the signer is away", isRefusal: false)
        : Task.FromResult(Key.Sign(hash.ToBytes()));

    public Task<SignedTransaction> SignAsync(TransactionPurpose purpose, Transaction1559 transaction, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No transaction is signed here.");
}
