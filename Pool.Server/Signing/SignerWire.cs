using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Signing;

/// <summary>What the public process may ask of the signer; every request has exactly one answer, in order.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(AccountRequest), "account")]
[JsonDerivedType(typeof(HashRequest), "hash")]
[JsonDerivedType(typeof(TransactionRequest), "transaction")]
internal abstract record SignerRequest
{
    /// <summary>The version of these messages that both sides must speak.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }
}

/// <summary>Whose key it is.</summary>
internal sealed record AccountRequest : SignerRequest;

/// <summary>Sign the hash of a result or a pong.</summary>
internal sealed record HashRequest : SignerRequest
{
    /// <summary>32 bytes.</summary>
    public required byte[] Hash { get; init; }
}

/// <summary>Sign a transaction. It has no access list and calls or pays somebody: nothing else is ever ours.</summary>
internal sealed record TransactionRequest : SignerRequest
{
    public required TransactionPurpose Purpose { get; init; }

    public required ulong ChainId { get; init; }

    public required ulong Nonce { get; init; }

    /// <summary>Wei, as decimal digits; so the other amounts.</summary>
    public required string MaxPriorityFeePerGas { get; init; }

    public required string MaxFeePerGas { get; init; }

    public required ulong GasLimit { get; init; }

    /// <summary>20 bytes.</summary>
    public required byte[] To { get; init; }

    public required string Value { get; init; }

    public required byte[] Data { get; init; }

    public static TransactionRequest Of(TransactionPurpose purpose, Transaction1559 transaction) => new()
    {
        Version = CurrentVersion,
        Purpose = purpose,
        ChainId = transaction.ChainId,
        Nonce = transaction.Nonce,
        MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas.ToDigits(),
        MaxFeePerGas = transaction.MaxFeePerGas.ToDigits(),
        GasLimit = transaction.GasLimit,
        To = transaction.To?.ToBytes() ?? [],
        Value = transaction.Value.ToDigits(),
        Data = transaction.Data.ToArray(),
    };

    /// <summary>The transaction; null when a field is none.</summary>
    public Transaction1559? Read() => To.Length == Address.Bytes && Wei.TryParseDigits(MaxPriorityFeePerGas, out var tip)
        && Wei.TryParseDigits(MaxFeePerGas, out var fee) && Wei.TryParseDigits(Value, out var value)
            ? new Transaction1559
            {
                ChainId = ChainId,
                Nonce = Nonce,
                MaxPriorityFeePerGas = tip,
                MaxFeePerGas = fee,
                GasLimit = GasLimit,
                To = Address.FromWire(To),
                Value = value,
                Data = Data,
            }
            : null;
}

/// <summary>The one answer to a request: what was asked for, or why not.</summary>
internal sealed record SignerAnswer
{
    /// <summary>20 bytes: the account of the key.</summary>
    public byte[]? Account { get; init; }

    /// <summary>65 bytes: the signature of a hash.</summary>
    public byte[]? Signature { get; init; }

    /// <summary>The signed transaction as it is broadcast.</summary>
    public byte[]? Transaction { get; init; }

    /// <summary>A sentence that names the rule and the numbers: it is not signed.</summary>
    public string? Refusal { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(SignerRequest))]
[JsonSerializable(typeof(SignerAnswer))]
internal sealed partial class SignerJson : JsonSerializerContext;

/// <summary>Frames on the socket: four bytes of length, big-endian, and so many bytes of JSON.</summary>
internal static class SignerFrame
{
    /// <summary>Longest frame: the largest transaction a node takes, in base64, and room for the rest.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int PrefixBytes = sizeof(uint);

    /// <summary>A message as it goes over the socket, in one piece.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="MaxBytes"/>.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            throw new InvalidDataException($"a message of {json.Length} bytes is longer than {MaxBytes}");
        }

        var frame = new byte[PrefixBytes + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, json.Length);
        json.CopyTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">It is empty or longer than <see cref="MaxBytes"/>.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within it.</exception>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var prefix = new byte[PrefixBytes];
        var read = await stream.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }

        if (read < PrefixBytes)
        {
            throw new EndOfStreamException("the connection ends within a message");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix);
        if (length is 0 or > MaxBytes)
        {
            throw new InvalidDataException($"a message of {length} bytes is not accepted, 1 to {MaxBytes} are");
        }

        var json = new byte[length];
        await stream.ReadExactlyAsync(json, cancellationToken);
        return json;
    }
}
