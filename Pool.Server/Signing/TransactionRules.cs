using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Signing;

/// <summary>What the rules say of a transaction.</summary>
/// <param name="Refusal">Why it is not what its purpose says; null when it is.</param>
/// <param name="Eth">ETH it pays to somebody.</param>
/// <param name="Lpt">LPT it pays to somebody.</param>
internal readonly record struct RuleVerdict(string? Refusal, Wei Eth = default, LptWei Lpt = default)
{
    public static RuleVerdict Right => default;
}

/// <summary>Whether a transaction is what its purpose says: chain, contract, function, and where it could take anything away.</summary>
internal sealed class TransactionRules(SignerTerms terms)
{
    private static readonly AbiFunction s_reward = AbiFunction.Parse("reward()");
    private static readonly AbiFunction s_rewardWithHint = AbiFunction.Parse("rewardWithHint(address previous, address next)");
    private static readonly AbiFunction s_initializeRound = AbiFunction.Parse("initializeRound()");
    private static readonly AbiFunction s_withdrawFees = AbiFunction.Parse("withdrawFees(address recipient, uint256 amount)");
    private static readonly AbiFunction s_withdrawStake = AbiFunction.Parse("withdrawStake(uint256 lock)");
    private static readonly AbiFunction s_transfer = AbiFunction.Parse("transfer(address recipient, uint256 amount)");
    private static readonly AbiFunction s_approve = AbiFunction.Parse("approve(address spender, uint256 amount)");
    private static readonly AbiFunction s_bond = AbiFunction.Parse("bond(uint256 amount, address to)");
    private static readonly AbiFunction s_bondWithHint = AbiFunction.Parse(
        "bondWithHint(uint256 amount, address to, address oldPrevious, address oldNext, address newPrevious, address newNext)");

    private static readonly AbiFunction s_transcoder = AbiFunction.Parse("transcoder(uint256 rewardCut, uint256 feeShare)");
    private static readonly AbiFunction s_transcoderWithHint = AbiFunction.Parse(
        "transcoderWithHint(uint256 rewardCut, uint256 feeShare, address previous, address next)");

    private static readonly AbiFunction s_setServiceUri = AbiFunction.Parse("setServiceURI(string uri)");

    private readonly Dictionary<TransactionPurpose, Call[]> _calls = Table(terms.Contracts);

    /// <summary>Judges a transaction by its purpose.</summary>
    public RuleVerdict Judge(TransactionPurpose purpose, Transaction1559 transaction)
    {
        if (transaction.ChainId != terms.ChainId)
        {
            return Refused($"chain: it is for chain {transaction.ChainId}, this key signs for {terms.ChainId}");
        }

        if (transaction.To is not { } to || transaction.AccessList.Count > 0)
        {
            return Refused("form: it creates a contract or has an access list, which nothing of ours does");
        }

        if (purpose is TransactionPurpose.Payout && transaction.Data.IsEmpty)
        {
            return new RuleVerdict(null, Eth: transaction.Value);
        }

        if (!transaction.Value.IsZero)
        {
            return Refused($"value: {purpose} sends no ETH, this one sends {transaction.Value}");
        }

        return purpose is TransactionPurpose.Cancellation ? Cancellation(to, transaction.Data) : JudgeCall(purpose, to, transaction.Data);
    }

    private static Dictionary<TransactionPurpose, Call[]> Table(ContractSet contracts) => new()
    {
        [TransactionPurpose.TicketRedemption] =
        [
            new(contracts.TicketBroker, TicketBrokerCalls.RedeemWinningTicket, (rules, call) => rules.Recipients([call[0]])),
            new(contracts.TicketBroker, TicketBrokerCalls.BatchRedeemWinningTickets, (rules, call) => rules.Recipients(call[0].AsList())),
        ],
        [TransactionPurpose.Reward] = [new(contracts.BondingManager, s_reward), new(contracts.BondingManager, s_rewardWithHint)],
        [TransactionPurpose.RoundInitialization] = [new(contracts.RoundsManager, s_initializeRound)],
        [TransactionPurpose.Withdrawal] =
        [
            new(contracts.BondingManager, s_withdrawFees, (rules, call) => rules.ToWallet(call[0].AsAddress())),
            new(contracts.BondingManager, s_withdrawStake),
            new(contracts.LivepeerToken, s_transfer, (rules, call) => rules.ToWallet(call[0].AsAddress())),
        ],
        [TransactionPurpose.Payout] = [new(contracts.LivepeerToken, s_transfer, (_, call) => new RuleVerdict(null, Lpt: call[1].AsLptWei()))],
        [TransactionPurpose.Registration] =
        [
            new(contracts.LivepeerToken, s_approve, (rules, call) => rules.Spender(call[0].AsAddress())),
            new(contracts.BondingManager, s_bond, (rules, call) => rules.ToItself(call[1].AsAddress())),
            new(contracts.BondingManager, s_bondWithHint, (rules, call) => rules.ToItself(call[1].AsAddress())),
            new(contracts.BondingManager, s_transcoder),
            new(contracts.BondingManager, s_transcoderWithHint),
            new(contracts.ServiceRegistry, s_setServiceUri),
        ],
    };

    private static RuleVerdict Refused(string sentence) => new(sentence);

    private RuleVerdict Cancellation(Address to, ReadOnlyMemory<byte> data)
    {
        if (to != terms.Account)
        {
            return Refused($"contract: a cancellation goes to {terms.Account} itself, this one to {to}");
        }

        return data.IsEmpty ? RuleVerdict.Right : Refused($"function: a cancellation has no data, this one has {data.Length} bytes");
    }

    private RuleVerdict JudgeCall(TransactionPurpose purpose, Address to, ReadOnlyMemory<byte> data)
    {
        if (!_calls.TryGetValue(purpose, out var calls))
        {
            return Refused($"purpose: there is no purpose {purpose}");
        }

        var here = calls.Where(call => call.Contract == to).ToList();
        if (here.Count == 0)
        {
            var known = calls.Select(call => call.Contract?.ToString() ?? "a contract that is not set").Distinct(StringComparer.Ordinal);
            return Refused($"contract: {purpose} goes to {string.Join(" or ", known)}, this one to {to}");
        }

        if (!AbiSelector.TryRead(data.Span, out var selector) || here.Find(call => call.Function.Selector == selector) is not { } called)
        {
            return Refused($"function: {purpose} calls {string.Join(" or ", here.Select(call => call.Function.Name))}, this one's data begins with 0x{Beginning(data)}");
        }

        try
        {
            var arguments = called.Function.DecodeCall(data);

            // In one form only, so that nothing is read here in another way than there.
            return !called.Function.EncodeCall([.. arguments]).AsSpan().SequenceEqual(data.Span)
                ? Refused($"arguments: those of {called.Function.Name} are not in their usual form")
                : called.Judge?.Invoke(this, arguments) ?? RuleVerdict.Right;
        }
        catch (AbiException wrong)
        {
            return Refused($"arguments: those of {called.Function.Name} cannot be read: {wrong.Message}");
        }
    }

    private RuleVerdict Recipients(IEnumerable<AbiValue> tickets)
    {
        var stranger = tickets.Select(ticket => ticket.AsList()[0].AsAddress()).Where(recipient => !terms.Recipients.Contains(recipient)).ToList();
        return stranger.Count == 0
            ? RuleVerdict.Right
            : Refused($"recipient: a ticket pays {stranger[0]}, only those to {string.Join(" or ", terms.Recipients)} are redeemed");
    }

    private RuleVerdict ToWallet(Address recipient) => terms.PayoutWallet is not { } wallet
        ? Refused("PayoutWallet: it is not set, so nothing is withdrawn")
        : recipient == wallet ? RuleVerdict.Right : Refused($"PayoutWallet: withdrawals go to {wallet}, this one to {recipient}");

    private RuleVerdict Spender(Address spender) => spender == terms.Contracts.BondingManager
        ? RuleVerdict.Right
        : Refused($"spender: LPT is approved to the BondingManager {terms.Contracts.BondingManager}, this one to {spender}");

    private RuleVerdict ToItself(Address delegateTo) => delegateTo == terms.Account
        ? RuleVerdict.Right
        : Refused($"delegate: stake is bonded to {terms.Account} itself, this one to {delegateTo}");

    private static string Beginning(ReadOnlyMemory<byte> data) => Convert.ToHexStringLower(data.Span[..Math.Min(data.Length, AbiSelector.Length)]);

    /// <param name="Contract">Where; null when it is not known.</param>
    /// <param name="Function">What.</param>
    /// <param name="Judge">Looks at the arguments; null when any will do.</param>
    private sealed record Call(Address? Contract, AbiFunction Function, Func<TransactionRules, AbiArguments, RuleVerdict>? Judge = null);
}
