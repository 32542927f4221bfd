using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Ledger;

/// <summary>
/// Every account there is (payouts §0b, §9). What is in flight to a payee is the pending part of <see cref="Payable"/>, what was paid is what was posted out of it
/// with <see cref="Reason.Payout"/>.
/// </summary>
public static class Accounts
{
    /// <summary>Contra account of all claims: debited when work earns, credited when a claim is settled or taken back.</summary>
    public static Account ClaimsIssued { get; } = new("claims_issued", Asset.EthClaim, Side.Debit) { MayBeNegative = true };

    /// <summary>Contra account of what gateways owe: the expected value of their tickets.</summary>
    public static Account TicketsExpected { get; } = new("tickets_expected", Asset.EthClaim, Side.Credit) { MayBeNegative = true };

    /// <summary>Face value of winning tickets that are not redeemed yet: a claim, and no cash.</summary>
    public static Account TicketsWon { get; } = new("tickets_won", Asset.EthClaim, Side.Debit);

    /// <summary>Face value of winning tickets that were never redeemed: expired, or a sender without funds.</summary>
    public static Account LossUnredeemed { get; } = new("loss:unredeemed", Asset.EthClaim, Side.Debit);

    /// <summary>Fees that the protocol holds for the orchestrator.</summary>
    public static Account ProtocolFeesUnwithdrawn { get; } = new("protocol_fees_unwithdrawn", Asset.Eth, Side.Debit);

    /// <summary>LPT that the protocol holds for the orchestrator: its own stake, rewards of the past included.</summary>
    public static Account Stake { get; } = new("stake", Asset.Lpt, Side.Debit);

    /// <summary>ETH of the orchestrator's key, from which gas is paid.</summary>
    public static Account GasFloat { get; } = new("gas_float", Asset.Eth, Side.Debit);

    /// <summary>Gas that was spent.</summary>
    public static Account Gas { get; } = new("gas", Asset.Eth, Side.Debit);

    /// <summary>What a gateway owes for its sessions.</summary>
    public static Account GatewayReceivable(Address sender) =>
        new($"gateway_receivable:{Text(sender)}", Asset.EthClaim, Side.Debit) { Sender = sender };

    /// <summary>What the payout wallet holds on the chain.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Claims are in no wallet.</exception>
    public static Account PoolWallet(Asset asset)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(asset, Asset.EthClaim);
        return new($"pool_wallet:{asset.Code()}", asset, Side.Debit);
    }

    /// <summary>The operator's stake in the pool: income that nobody else has a right to, less losses.</summary>
    public static Account OperatorEquity(Asset asset) => new("operator_equity", asset, Side.Credit) { MayBeNegative = true };

    /// <summary>The operator's capital that may be handed out before tickets have brought it.</summary>
    public static Account Reserve(Asset asset) => new("reserve", asset, Side.Credit);

    /// <summary>What pays for verification copies and hedges.</summary>
    public static Account QualityBudget(Asset asset) => new("quality_budget", asset, Side.Credit);

    /// <summary>The operator's commission: a claim like everybody's, and cash when it was settled.</summary>
    public static Account OperatorCommission(Asset asset) => new("operator:commission", asset, Side.Credit);

    /// <summary>What rounding left over, for the next epoch.</summary>
    public static Account RoundingCarry(Asset asset) => new("rounding_carry", asset, Side.Credit);

    /// <summary>What nobody has asked for in a year; still payable.</summary>
    public static Account Unclaimed(Asset asset) => new("unclaimed", asset, Side.Credit);

    /// <summary>What a worker has earned and may still be taken back. A worker that changed its payee has accounts with each of them.</summary>
    public static Account Provisional(WorkerId worker, Address payee, Asset asset) => OfWorker(worker, payee, asset, "provisional");

    /// <summary>What a worker has earned and is due as soon as there is cash.</summary>
    public static Account Matured(WorkerId worker, Address payee, Asset asset) => OfWorker(worker, payee, asset, "matured");

    /// <summary>Cash that is the payee's; what is pending out of it is on its way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Claims are not paid.</exception>
    public static Account Payable(Address payee, Asset asset)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(asset, Asset.EthClaim);
        return new($"payee:{Text(payee)}:payable", asset, Side.Credit) { Payee = payee };
    }

    private static Account OfWorker(WorkerId worker, Address payee, Asset asset, string state) =>
        new($"worker:{worker}:{Text(payee)}:{state}", asset, Side.Credit) { Worker = worker, Payee = payee };

    /// <summary>Lower case: the name is a key, and the case of an address's letters says nothing.</summary>
    private static string Text(Address address) => $"0x{Convert.ToHexStringLower(address.ToBytes())}";
}
