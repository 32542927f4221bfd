using System.Buffers.Binary;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets.Redemption;

/// <summary>A ticket that the contract has redeemed.</summary>
/// <param name="Hash">Hash of the ticket.</param>
/// <param name="Paid">What was paid for it.</param>
/// <param name="Transaction">The transaction that redeemed it.</param>
/// <param name="Block">That transaction's block.</param>
internal readonly record struct RedeemedTicket(Bytes32 Hash, Wei Paid, Bytes32 Transaction, ulong Block);

/// <summary>The redemptions that events tell of.</summary>
internal static class Redemptions
{
    private const int RoundOffset = Uint256.Bytes - sizeof(long);

    /// <summary>Every redeemed ticket of a recipient, with what was paid for it: the transfer that stands before it in its transaction, nothing where there is none.</summary>
    public static IEnumerable<RedeemedTicket> In(IEnumerable<FinalEvent> events, Address recipient)
    {
        (Bytes32 Transaction, Address Sender, Wei Amount)? transfer = null;
        foreach (var happened in events.Where(happened => happened.Values["recipient"].AsAddress() == recipient))
        {
            var (log, sender) = (happened.Log, happened.Values["sender"].AsAddress());
            if (happened.Event == TicketBrokerAbi.WinningTicketTransfer)
            {
                transfer = (log.Transaction, sender, happened.Values["amount"].AsWei());
                continue;
            }

            var paid = transfer is { } before && before.Transaction == log.Transaction && before.Sender == sender ? before.Amount : Wei.Zero;
            transfer = null;
            if (TicketOf(happened.Values) is { } ticket)
            {
                yield return new RedeemedTicket(ticket.Hash(), paid, log.Transaction, log.BlockNumber);
            }
        }
    }

    /// <summary>Hashes of the tickets that a receipt says were redeemed.</summary>
    public static IReadOnlySet<Bytes32> In(TransactionReceipt receipt) => receipt.Logs
        .Where(log => TicketBrokerAbi.WinningTicketRedeemed.Matches(log.Topics))
        .Select(log => TicketOf(TicketBrokerAbi.WinningTicketRedeemed.DecodeLog(log.Topics, log.Data)))
        .OfType<Ticket>().Select(ticket => ticket.Hash()).ToHashSet();

    /// <summary>The ticket; null when it is none that this software could have taken.</summary>
    private static Ticket? TicketOf(AbiArguments values)
    {
        var (nonce, auxData) = (values["senderNonce"].AsNumber(), values["auxData"].AsBytes());
        if (nonce > uint.MaxValue || auxData.Length != CreationRound.AuxDataBytes || auxData.AsSpan(0, RoundOffset).IndexOfAnyExcept((byte)0) >= 0
            || BinaryPrimitives.ReadInt64BigEndian(auxData.AsSpan(RoundOffset)) is not (>= 0 and var round))
        {
            return null;
        }

        return new Ticket
        {
            Recipient = values["recipient"].AsAddress(),
            Sender = values["sender"].AsAddress(),
            FaceValue = values["faceValue"].AsWei(),
            WinProbability = new WinProbability(values["winProb"].AsNumber()),
            SenderNonce = (uint)nonce,
            RecipientRandHash = new RecipientRand(values["recipientRand"].AsNumber()).Hash(),
            Created = new CreationRound(round, new Bytes32(auxData.AsSpan(Uint256.Bytes))),
        };
    }
}
