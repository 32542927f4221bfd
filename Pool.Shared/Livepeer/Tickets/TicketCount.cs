using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>How many tickets a gateway sends with a segment (protocol §5.7).</summary>
public static class TicketCount
{
    /// <summary>The fewest tickets that lift a balance to what is needed, rounded up.</summary>
    /// <param name="existingCredit">What the gateway has left with this orchestrator, in wei; it may be negative.</param>
    /// <param name="minCredit">What it needs.</param>
    /// <param name="expectedValue">What a ticket is worth.</param>
    /// <exception cref="ArgumentOutOfRangeException">Credit is missing and a ticket is worth nothing.</exception>
    public static BigInteger Needed(Ratio existingCredit, Ratio minCredit, Ratio expectedValue)
    {
        if (existingCredit >= minCredit)
        {
            return BigInteger.Zero;
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(expectedValue, Ratio.Zero);
        return ((minCredit - existingCredit) / expectedValue).Ceiling();
    }
}
