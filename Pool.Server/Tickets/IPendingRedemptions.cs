using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>What is being redeemed: a sender's reserve is counted on only once (protocol §5.4, maxFloat).</summary>
public interface IPendingRedemptions
{
    /// <summary>Sum of the face values of this sender's tickets whose redemptions are in flight.</summary>
    Wei Of(Address sender);
}
