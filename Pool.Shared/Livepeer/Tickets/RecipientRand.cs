using System.Numerics;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>
/// The recipient's secret part of a ticket's draw. It becomes public with the first redemption, and whoever knows it before knows which
/// tickets win: never log it.
/// </summary>
public readonly record struct RecipientRand
{
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or needs more than 256 bits.</exception>
    public RecipientRand(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Uint256.Max);
        Value = value;
    }

    public BigInteger Value { get; }

    /// <summary>The commitment that tickets carry: the hash of be32(rand) (protocol §5.3).</summary>
    public Bytes32 Hash() => Bytes32.Keccak(Uint256.ToBytes(Value));

    /// <summary>What a ticket drew: the hash of its signature and the rand (protocol §5.6, step 6).</summary>
    public BigInteger Draw(ReadOnlySpan<byte> signature)
    {
        var hash = new Keccak256();
        hash.Append(signature);
        hash.Append(Uint256.ToBytes(Value));
        return BigEndian.Read(hash.Finish());
    }

    /// <summary>Whether a ticket with this signature wins: its draw is below its probability; an equal one loses.</summary>
    public bool Wins(ReadOnlySpan<byte> signature, WinProbability probability) => Draw(signature) < probability.Numerator;

    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => "(recipient rand)";
}
