using System.Numerics;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Chain.Following;

/// <summary>What senders have, while they change and while no node answers.</summary>
public sealed class SenderBookTests
{
    private static readonly Address s_sender = Address.FromWire([1]);
    private static readonly Address s_claimant = Address.FromWire([2]);
    private static readonly ContractAddresses s_contracts = new()
    {
        Controller = Address.FromWire([10]),
        BondingManager = Address.FromWire([11]),
        TicketBroker = Address.FromWire([12]),
        RoundsManager = Address.FromWire([13]),
        ServiceRegistry = Address.FromWire([14]),
        Minter = Address.FromWire([15]),
        LivepeerToken = Address.FromWire([16]),
    };

    private readonly BrokerNode _node = new();
    private readonly ShiftedTime _time = new();
    private readonly SenderBook _book;

    public SenderBookTests() => _book = new SenderBook(_node, _time);

    [Fact]
    public async Task Sender_is_asked_for_once_until_something_has_changed_it()
    {
        Assert.Equal(new SenderAccount(new Wei(100), 7, new Wei(50), new Wei(20), new Wei(3)), await AskAsync());
        _node.Deposit = 90;
        Assert.Equal(new Wei(100), (await AskAsync()).Deposit);

        _book.Forget([s_sender]);
        Assert.Equal((new Wei(90), 2), ((await AskAsync()).Deposit, _node.Questions));
        _book.Forget();
        await AskAsync();
        Assert.Equal(3, _node.Questions);
    }

    [Fact]
    public async Task Many_that_ask_at_once_are_one_question()
    {
        _node.Gate = new TaskCompletionSource();
        var asked = Enumerable.Range(0, 20).Select(_ => AskAsync()).ToList();
        _node.Gate.SetResult();

        await Task.WhenAll(asked);
        Assert.Equal(1, _node.Questions);
    }

    [Fact]
    public async Task While_no_node_answers_what_was_read_before_is_good_enough_and_it_is_not_asked_for_with_every_segment()
    {
        await AskAsync();
        _book.Forget();
        _node.IsAway = true;

        Assert.Equal(new Wei(100), (await AskAsync()).Deposit);
        Assert.Equal(new Wei(100), (await AskAsync()).Deposit);
        Assert.Equal(2, _node.Questions);

        (_node.IsAway, _node.Deposit) = (false, 80);
        _time.Forward(SenderBook.Pause);
        Assert.Equal(new Wei(80), (await AskAsync()).Deposit);
    }

    [Fact]
    public async Task Sender_of_whom_nothing_is_known_is_not_made_up()
    {
        _node.IsAway = true;
        await Assert.ThrowsAsync<RpcException>(AskAsync);

        _node.IsAway = false;
        Assert.Equal(new Wei(100), (await AskAsync()).Deposit);
    }

    [Fact]
    public async Task Answer_that_was_under_way_when_the_sender_changed_is_not_kept_as_new()
    {
        _node.Gate = new TaskCompletionSource();
        var early = AskAsync();
        _book.Forget([s_sender]);
        _node.Gate.SetResult();
        await early;

        _node.Deposit = 60;
        Assert.Equal(new Wei(60), (await AskAsync()).Deposit);
    }

    private Task<SenderAccount> AskAsync() => _book.OfAsync(s_sender, s_contracts, s_claimant, CancellationToken.None).AsTask();

    /// <summary>A node that knows one sender.</summary>
    private sealed class BrokerNode : IEthereumRpc
    {
        public BigInteger Deposit { get; set; } = 100;

        public bool IsAway { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public int Questions { get; private set; }

        public ulong ChainId => 1;

        public async Task<IReadOnlyList<CallResult>> CallAsync(IReadOnlyList<ContractCall> calls, BlockTag at, CancellationToken cancellationToken)
        {
            Questions++;
            var deposit = Deposit;
            if (Gate is { } gate)
            {
                await gate.Task;
            }

            return IsAway
                ? throw new RpcException("Nobody is there.")
                :
                [
                    new CallResult.Returned(TicketBrokerAbi.GetSenderInfo.EncodeResult(AbiValue.ListOf(deposit, 7), AbiValue.ListOf(50, 20))),
                    new CallResult.Returned(TicketBrokerAbi.ClaimedReserve.EncodeResult(3)),
                ];
        }

        public Task<BlockHeader?> BlockAsync(BlockTag block, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<BlockHeader?> BlockAsync(Bytes32 hash, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ChainLog>> LogsAsync(LogFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Wei> GasPriceAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Wei> BalanceAsync(Address account, BlockTag at, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ulong> TransactionCountAsync(Address account, BlockTag at, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<GasEstimate> EstimateGasAsync(ContractCall call, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<TransactionReceipt?>> ReceiptsAsync(IReadOnlyList<Bytes32> transactions, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SendResult> SendAsync(ReadOnlyMemory<byte> signedTransaction, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
