using Pool.Shared.Ethereum.Abi;

namespace Pool.Shared.Livepeer.Tickets;

/// <param name="Ticket">The ticket.</param>
/// <param name="Signature">Its sender's signature.</param>
/// <param name="Rand">The recipient rand of its commitment.</param>
public sealed record WinningTicket(Ticket Ticket, ReadOnlyMemory<byte> Signature, RecipientRand Rand);

/// <summary>Calls of the TicketBroker that redeem tickets (protocol §5.10).</summary>
public static class TicketBrokerCalls
{
    private const string TicketTuple =
        "(address recipient, address sender, uint256 faceValue, uint256 winProb, uint256 senderNonce, bytes32 recipientRandHash, bytes auxData)";

    /// <summary>Redeems one ticket.</summary>
    public static AbiFunction RedeemWinningTicket { get; } =
        AbiFunction.Parse($"function redeemWinningTicket({TicketTuple} ticket, bytes sig, uint256 recipientRand)");

    /// <summary>
    /// Redeems several; one that cannot be redeemed does not revert the others, so an estimate of its gas loses the last ticket
    /// (chain §3).
    /// </summary>
    public static AbiFunction BatchRedeemWinningTickets { get; } =
        AbiFunction.Parse($"function batchRedeemWinningTickets({TicketTuple}[] tickets, bytes[] sigs, uint256[] recipientRands)");

    /// <summary>Call data that redeems one ticket.</summary>
    public static byte[] Redeem(WinningTicket winner)
    {
        ArgumentNullException.ThrowIfNull(winner);
        return RedeemWinningTicket.EncodeCall(winner.Ticket.ToAbi(), winner.Signature.ToArray(), winner.Rand.Value);
    }

    /// <summary>Call data that redeems several.</summary>
    public static byte[] Redeem(IReadOnlyCollection<WinningTicket> winners)
    {
        ArgumentNullException.ThrowIfNull(winners);
        return BatchRedeemWinningTickets.EncodeCall(
            AbiValue.ListOf([.. winners.Select(winner => winner.Ticket.ToAbi())]),
            AbiValue.ListOf([.. winners.Select(winner => (AbiValue)winner.Signature.ToArray())]),
            AbiValue.ListOf([.. winners.Select(winner => (AbiValue)winner.Rand.Value)]));
    }
}
