using System.Numerics;
using Pool.Shared.Money;

namespace Pool.Shared.Ethereum;

/// <summary>A signed transaction of type 2 (EIP-1559), as a node takes it.</summary>
/// <param name="Transaction">What was signed.</param>
/// <param name="YParity">Which of the two points the signature means.</param>
/// <param name="R">First half of the signature.</param>
/// <param name="S">Second half, the lower one of the two it could be (EIP-2).</param>
/// <param name="Sender">Who signed.</param>
public sealed record SignedTransaction(Transaction1559 Transaction, bool YParity, BigInteger R, BigInteger S, Address Sender)
{
    /// <summary>Largest transaction that is read: nodes take no more than 128 KiB.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Fields of an unsigned transaction.</summary>
    private const int UnsignedFields = 9;

    /// <summary>Fields of an entry of the access list.</summary>
    private const int EntryFields = 2;

    /// <summary>What is broadcast.</summary>
    public byte[] ToBytes() => Transaction1559.Encode(
        [.. Transaction.Fields(), RlpItem.Of(YParity ? BigInteger.One : BigInteger.Zero), RlpItem.Of(R), RlpItem.Of(S)]);

    /// <summary>The hash by which the chain knows it.</summary>
    public Bytes32 Hash() => Bytes32.Keccak(ToBytes());

    /// <summary>Reads a signed transaction and finds who signed it.</summary>
    /// <exception cref="TransactionException">The bytes are no signed transaction of type 2, or nobody can have signed it so.</exception>
    public static SignedTransaction Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new TransactionException($"a transaction of {bytes.Length} bytes is larger than {MaxBytes}");
        }

        if (bytes is not [Transaction1559.Type, ..])
        {
            throw new TransactionException($"the transaction does not begin with its type, {Transaction1559.Type}");
        }

        try
        {
            return Read(Rlp.Decode(bytes[1..]).AsList());
        }
        catch (RlpException exception)
        {
            throw new TransactionException($"the transaction cannot be read: {exception.Message}", exception);
        }
    }

    private static SignedTransaction Read(IReadOnlyList<RlpItem> fields)
    {
        if (fields.Count != UnsignedFields + 3)
        {
            throw new TransactionException($"a signed transaction has {UnsignedFields + 3} fields, this one has {fields.Count}");
        }

        var transaction = new Transaction1559
        {
            ChainId = Number(fields[0]),
            Nonce = Number(fields[1]),
            MaxPriorityFeePerGas = Amount(fields[2]),
            MaxFeePerGas = Amount(fields[3]),
            GasLimit = Number(fields[4]),
            To = fields[5].AsBytes() is { Length: > 0 } to ? ReadAddress(to) : null,
            Value = Amount(fields[6]),
            Data = fields[7].AsBytes(),
            AccessList = [.. fields[8].AsList().Select(ReadEntry)],
        };
        var parity = fields[UnsignedFields].AsInteger(1);
        if (parity > 1)
        {
            throw new TransactionException($"the parity of the signature is {parity}, not 0 or 1");
        }

        var r = fields[UnsignedFields + 1].AsInteger(Secp256k1.ScalarBytes);
        var s = fields[UnsignedFields + 2].AsInteger(Secp256k1.ScalarBytes);
        return new SignedTransaction(transaction, parity.IsOne, r, s, Recover(transaction, parity.IsOne, r, s));
    }

    private static Address Recover(Transaction1559 transaction, bool yParity, BigInteger r, BigInteger s)
    {
        byte[] signature = [.. Uint256.ToBytes(r), .. Uint256.ToBytes(s)];
        return RecoveredSigner.TryRecover(Secp256k1.Default, transaction.SigningHash().ToBytes(), signature, yParity ? 1 : 0, out var sender)
            ? sender
            : throw new TransactionException("nobody can have made the transaction's signature");
    }

    private static AccessListEntry ReadEntry(RlpItem item)
    {
        var fields = item.AsList();
        return fields.Count == EntryFields
            ? new AccessListEntry(ReadAddress(fields[0].AsBytes()), [.. fields[1].AsList().Select(key => ReadKey(key.AsBytes()))])
            : throw new TransactionException($"an entry of the access list has {fields.Count} fields instead of {EntryFields}");
    }

    private static ulong Number(RlpItem item) => (ulong)item.AsInteger(sizeof(ulong));

    private static Wei Amount(RlpItem item) => new(item.AsInteger(Uint256.Bytes));

    private static Address ReadAddress(byte[] bytes) => bytes.Length == Address.Bytes
        ? Address.FromWire(bytes)
        : throw new TransactionException($"an address of {bytes.Length} bytes");

    private static Bytes32 ReadKey(byte[] bytes) => bytes.Length == Bytes32.Length
        ? new Bytes32(bytes)
        : throw new TransactionException($"a storage key of {bytes.Length} bytes");
}
