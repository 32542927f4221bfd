using System.Numerics;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;

namespace Pool.Server.Tickets.Redemption;

/// <summary>A winning ticket that waits for its redemption.</summary>
/// <param name="Hash">Its hash, by which the chain knows it.</param>
/// <param name="Ticket">The ticket, its signature and its recipient rand.</param>
/// <param name="ParamsExpirationBlock">L1 block up to which its parameters take tickets.</param>
/// <param name="Attempts">Redemptions that failed.</param>
/// <param name="ReceivedAt">When it came.</param>
internal sealed record Winner(Bytes32 Hash, WinningTicket Ticket, BigInteger ParamsExpirationBlock, int Attempts, DateTimeOffset ReceivedAt)
{
    public Address Sender => Ticket.Ticket.Sender;
}

/// <summary>What to do with a winning ticket now.</summary>
internal abstract record RedemptionChoice
{
    private RedemptionChoice()
    {
    }

    /// <summary>Redeem it.</summary>
    /// <param name="IsUrgent">Whether its sender is about to take its money out.</param>
    public sealed record Redeem(bool IsUrgent) : RedemptionChoice;

    /// <param name="Why">What it waits for, for people.</param>
    public sealed record Wait(string Why) : RedemptionChoice;

    /// <param name="Why">Why it will never be redeemed, for the books.</param>
    public sealed record Lost(string Why) : RedemptionChoice;
}
