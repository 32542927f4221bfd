using System.Diagnostics;
using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Ethereum;

/// <param name="Account">A contract the transaction says it will touch.</param>
/// <param name="StorageKeys">Its storage slots that will be touched.</param>
public sealed record AccessListEntry(Address Account, IReadOnlyList<Bytes32> StorageKeys)
{
    public bool Equals(AccessListEntry? other) =>
        other is not null && Account == other.Account && StorageKeys.SequenceEqual(other.StorageKeys);

    public override int GetHashCode() => HashCode.Combine(Account, StorageKeys.Count);
}

/// <summary>A transaction of type 2 (EIP-1559) before it is signed.</summary>
public sealed record Transaction1559
{
    /// <summary>First byte of such a transaction (EIP-2718).</summary>
    public const byte Type = 2;

    /// <summary>The chain it is for, e.g. 42161 for Arbitrum One; a signature for one chain is worth nothing on another.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>How many transactions the sender sent before.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>Tip for one gas, at most.</summary>
    public required Wei MaxPriorityFeePerGas { get; init; }

    /// <summary>Base fee and tip together for one gas, at most.</summary>
    public required Wei MaxFeePerGas { get; init; }

    /// <summary>Gas it may use, at most.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>Who is called or paid; null creates a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>What goes with it.</summary>
    public Wei Value { get; init; }

    /// <summary>Call data, or the code that creates a contract.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>What it says it will touch (EIP-2930); usually nothing.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>The hash that the sender signs.</summary>
    public Bytes32 SigningHash() => Bytes32.Keccak(Encode(Fields()));

    /// <summary>Signs it: the same key and transaction give the same bytes every time (RFC 6979).</summary>
    public SignedTransaction Sign(EthereumKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureBytes];
        var recoveryId = key.SignDigest(SigningHash().ToBytes(), signature);
        if (recoveryId > 1)
        {
            // Takes an r above the curve's order: nobody has ever found one.
            throw new UnreachableException("The signature has a recovery id that a transaction cannot carry.");
        }

        return new SignedTransaction(
            this,
            YParity: recoveryId == 1,
            R: BigEndian.Read(signature[..Secp256k1.ScalarBytes]),
            S: BigEndian.Read(signature[Secp256k1.ScalarBytes..]),
            Sender: key.Address);
    }

    public bool Equals(Transaction1559? other) =>
        other is not null && ChainId == other.ChainId && Nonce == other.Nonce && MaxPriorityFeePerGas == other.MaxPriorityFeePerGas &&
        MaxFeePerGas == other.MaxFeePerGas && GasLimit == other.GasLimit && To == other.To && Value == other.Value &&
        Data.Span.SequenceEqual(other.Data.Span) && AccessList.SequenceEqual(other.AccessList);

    public override int GetHashCode() => HashCode.Combine(ChainId, Nonce, MaxFeePerGas, GasLimit, To, Value, Data.Length);

    /// <summary>The type byte and the list of fields.</summary>
    internal static byte[] Encode(IReadOnlyList<RlpItem> fields) => [Type, .. Rlp.Encode(new RlpItem.List(fields))];

    internal List<RlpItem> Fields() =>
    [
        RlpItem.Of(ChainId), RlpItem.Of(Nonce), RlpItem.Of(MaxPriorityFeePerGas.Value), RlpItem.Of(MaxFeePerGas.Value),
        RlpItem.Of((BigInteger)GasLimit), To is { } to ? RlpItem.Of(to.ToBytes()) : RlpItem.Of([]), RlpItem.Of(Value.Value),
        RlpItem.Of(Data.Span), new RlpItem.List([.. AccessList.Select(Entry)]),
    ];

    private static RlpItem Entry(AccessListEntry entry) => RlpItem.ListOf(
        RlpItem.Of(entry.Account.ToBytes()), new RlpItem.List([.. entry.StorageKeys.Select(key => RlpItem.Of(key.ToBytes()))]));
}
