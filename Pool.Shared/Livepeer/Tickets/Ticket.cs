using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>A probabilistic payment: all that its hash binds (protocol §5.1).</summary>
public sealed record Ticket
{
    /// <summary>Bytes of a ticket before its auxiliary data.</summary>
    private const int FixedBytes = (2 * Address.Bytes) + (3 * Uint256.Bytes) + Bytes32.Length;

    /// <summary>The orchestrator that is paid.</summary>
    public required Address Recipient { get; init; }

    /// <summary>The gateway that pays.</summary>
    public required Address Sender { get; init; }

    /// <summary>What it pays when it wins.</summary>
    public required Wei FaceValue { get; init; }

    /// <summary>How likely it wins.</summary>
    public required WinProbability WinProbability { get; init; }

    /// <summary>Number of the ticket among those of its recipient rand; the first is 1.</summary>
    public required uint SenderNonce { get; init; }

    /// <summary>The recipient's commitment to its part of the draw.</summary>
    public required Bytes32 RecipientRandHash { get; init; }

    /// <summary>When it was made.</summary>
    public required CreationRound Created { get; init; }

    /// <summary>What it is worth on average, in wei: the credit it gives (protocol §4.6, step 7).</summary>
    public Ratio ExpectedValue => WinProbability.ExpectedValue(FaceValue);

    /// <summary>The bytes that are hashed: all fields in a row without padding (protocol §5.2).</summary>
    public byte[] Flatten()
    {
        var auxData = Created.AuxData();
        var flat = new byte[FixedBytes + auxData.Length];
        var rest = flat.AsSpan();
        Recipient.CopyTo(rest);
        rest = rest[Address.Bytes..];
        Sender.CopyTo(rest);
        rest = rest[Address.Bytes..];
        Uint256.Write(FaceValue.Value, rest);
        rest = rest[Uint256.Bytes..];
        Uint256.Write(WinProbability.Numerator, rest);
        rest = rest[Uint256.Bytes..];
        Uint256.Write(SenderNonce, rest);
        rest = rest[Uint256.Bytes..];
        RecipientRandHash.CopyTo(rest);
        auxData.CopyTo(rest[Bytes32.Length..]);
        return flat;
    }

    /// <summary>The hash by which the ticket is signed, and known to the chain (protocol §5.2).</summary>
    public Bytes32 Hash() => Bytes32.Keccak(Flatten());

    /// <summary>The sender's signature: over the hash itself, not hashed once more (protocol §3.1).</summary>
    public byte[] Sign(EthereumKey senderKey)
    {
        ArgumentNullException.ThrowIfNull(senderKey);
        return senderKey.Sign(Hash().ToBytes());
    }

    /// <summary>Whether the sender signed it.</summary>
    public bool IsSigned(ReadOnlySpan<byte> signature) => PersonalMessage.IsSignedBy(Sender, Hash().ToBytes(), signature);

    /// <summary>The contract's struct <c>Ticket</c> (protocol §5.10).</summary>
    public AbiValue ToAbi() => AbiValue.ListOf(
        Recipient, Sender, FaceValue, WinProbability.Numerator, SenderNonce, RecipientRandHash, Created.AuxData());
}
