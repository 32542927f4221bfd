using System.Buffers.Binary;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Shared.Livepeer.Tickets;

/// <summary>When a ticket was made, which decides when it expires: a round and its block hash (protocol §5.1, expiration_params).</summary>
/// <param name="Round">Number of the round, not negative.</param>
/// <param name="BlockHash">Hash of the L1 block the round began with, as the chain stored it.</param>
public readonly record struct CreationRound(long Round, Bytes32 BlockHash)
{
    /// <summary>Length of the auxiliary data of a ticket that can be redeemed.</summary>
    public const int AuxDataBytes = 2 * Uint256.Bytes;

    /// <summary>Number of the round.</summary>
    public long Round { get; } = Round >= 0
        ? Round
        : throw new ArgumentOutOfRangeException(nameof(Round), Round, "No round on the chain is negative.");

    /// <summary>No round: such a ticket is never redeemable (protocol §5.11, rule 3).</summary>
    public bool IsNone => Round == 0 && BlockHash.IsZero;

    /// <summary>Reads it from the wire; what is missing is no round.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The round is negative.</exception>
    public static CreationRound FromWire(TicketExpirationParams? expiration) => expiration is null
        ? default
        : new CreationRound(expiration.CreationRound, Bytes32.FromWire(expiration.CreationRoundBlockHash.Span));

    /// <summary>As it is sent.</summary>
    public TicketExpirationParams ToWire() => new()
    {
        CreationRound = Round,
        CreationRoundBlockHash = Google.Protobuf.ByteString.CopyFrom(BlockHash.ToBytes()),
    };

    /// <summary>The auxiliary data of a ticket: empty when there is no round, else be32(round) ‖ block hash (protocol §5.2).</summary>
    public byte[] AuxData()
    {
        if (IsNone)
        {
            return [];
        }

        var auxData = new byte[AuxDataBytes];
        BinaryPrimitives.WriteInt64BigEndian(auxData.AsSpan(Uint256.Bytes - sizeof(long)), Round);
        BlockHash.CopyTo(auxData.AsSpan(Uint256.Bytes));
        return auxData;
    }
}
