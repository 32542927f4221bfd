using System.Numerics;
using System.Security.Cryptography;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>
/// All that a recipient rand is bound to, so that a gateway that changes any of it gets another rand, and its tickets are refused
/// (protocol §5.3).
/// </summary>
public sealed record RecipientRandTerms
{
    /// <summary>Length of the recipient's secret.</summary>
    public const int SecretBytes = 32;

    /// <summary>Random, anew for every offer; its leading zero bytes vanish on the wire, so it is a number.</summary>
    public required BigInteger Seed { get; init; }

    /// <summary>The gateway the offer is for.</summary>
    public required Address Sender { get; init; }

    public required Wei FaceValue { get; init; }

    public required WinProbability WinProbability { get; init; }

    /// <summary>The L1 block up to which the parameters can be used.</summary>
    public required BigInteger ExpirationBlock { get; init; }

    /// <summary>The price offered together with them, in wei per pixel.</summary>
    public required Ratio PricePerPixel { get; init; }

    public required CreationRound Created { get; init; }

    /// <summary>The rand that belongs to these terms.</summary>
    /// <param name="secret">The recipient's secret, 32 bytes.</param>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public RecipientRand Derive(ReadOnlySpan<byte> secret)
    {
        Lengths.Require(secret, SecretBytes, nameof(secret));
        byte[] terms =
        [
            .. BigEndian.Minimal(Seed), .. Sender.ToBytes(), .. BigEndian.Minimal(FaceValue.Value),
            .. BigEndian.Minimal(WinProbability.Numerator), .. BigEndian.Minimal(ExpirationBlock),
            .. BigEndian.Minimal(PricePerPixel.Numerator), .. BigEndian.Minimal(PricePerPixel.Denominator), .. Created.AuxData(),
        ];
        return new RecipientRand(BigEndian.Read(HMACSHA256.HashData(secret, terms)));
    }
}
