using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Rpc;

/// <summary>Ethereum's values in JSON: quantities and bytes, both in hexadecimal digits. Whatever is not as it must be is the endpoint's fault.</summary>
internal static class RpcJson
{
    private const string Prefix = "0x";

    /// <summary>Digits of the largest quantity there is.</summary>
    private const int LongestQuantity = 2 * Uint256.Bytes;

    /// <summary>Topics a log can have.</summary>
    private const int MaxTopics = 4;

    /// <summary>Something of an answer is not as it must be.</summary>
    public static EndpointException Wrong(string what) => new($"its answer is not what was asked for: {what}");

    /// <summary>A quantity.</summary>
    public static BigInteger Quantity(JsonElement value)
    {
        var text = Text(value);
        // A digit 0 in front keeps the number positive.
        return text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length > Prefix.Length && text.Length <= Prefix.Length + LongestQuantity &&
            BigInteger.TryParse($"0{text.AsSpan(Prefix.Length)}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong("a quantity that is none");
    }

    /// <summary>A quantity of at most 64 bits.</summary>
    public static ulong Number(JsonElement value)
    {
        var number = Quantity(value);
        return number <= ulong.MaxValue ? (ulong)number : throw Wrong("a quantity above 64 bits");
    }

    /// <summary>An amount.</summary>
    public static Wei Amount(JsonElement value) => new(Quantity(value));

    /// <summary>Bytes of any number.</summary>
    public static byte[] Bytes(JsonElement value) => TryBytes(Text(value), out var bytes) ? bytes : throw Wrong("bytes that are none");

    /// <summary>Reads bytes: 0x and two digits for each.</summary>
    public static bool TryBytes(string? text, out byte[] bytes)
    {
        bytes = [];
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length % 2 != 0)
        {
            return false;
        }

        var read = new byte[(text.Length - Prefix.Length) / 2];
        if (Convert.FromHexString(text.AsSpan(Prefix.Length), read, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        bytes = read;
        return true;
    }

    /// <summary>Bytes as they are sent.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(bytes);

    /// <summary>A quantity as it is sent.</summary>
    public static string Hex(BigInteger quantity)
    {
        var digits = quantity.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return Prefix + (digits.Length == 0 ? "0" : digits);
    }

    /// <summary>Header of a block, or null.</summary>
    public static BlockHeader? Header(JsonElement block)
    {
        if (block.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var number = Number(Property(block, "number"));
        var time = Number(Property(block, "timestamp"));
        return new BlockHeader(
            number,
            Hash(Property(block, "hash")),
            Hash(Property(block, "parentHash")),
            time <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)time) : throw Wrong("a block of no time"),
            Optional(block, "l1BlockNumber") is { } l1 ? Number(l1) : number,
            Optional(block, "baseFeePerGas") is { } fee ? Amount(fee) : Wei.Zero);
    }

    /// <summary>Receipt of a transaction, or null.</summary>
    public static TransactionReceipt? Receipt(JsonElement receipt, Bytes32 asked)
    {
        if (receipt.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var hash = Hash(Property(receipt, "transactionHash"));
        return hash != asked
            ? throw Wrong($"the receipt of {hash} for {asked}")
            : new TransactionReceipt(
                hash,
                AddressOf(Property(receipt, "from")),
                Number(Property(receipt, "status")) == 1,
                Number(Property(receipt, "blockNumber")),
                Hash(Property(receipt, "blockHash")),
                Number(Property(receipt, "gasUsed")),
                Amount(Property(receipt, "effectiveGasPrice")),
                [.. List(Property(receipt, "logs")).Select(Log)]);
    }

    /// <summary>A log entry.</summary>
    public static ChainLog Log(JsonElement log)
    {
        Bytes32[] topics = [.. List(Property(log, "topics")).Select(Hash)];
        var index = Number(Property(log, "logIndex"));
        return new ChainLog(
            AddressOf(Property(log, "address")),
            topics.Length <= MaxTopics ? topics : throw Wrong("a log with more than four topics"),
            Bytes(Property(log, "data")),
            Number(Property(log, "blockNumber")),
            Hash(Property(log, "blockHash")),
            Hash(Property(log, "transactionHash")),
            index <= int.MaxValue ? (int)index : throw Wrong("a log of no place"));
    }

    /// <summary>32 bytes.</summary>
    public static Bytes32 Hash(JsonElement value) => Bytes32.TryParse(Text(value), out var hash) ? hash : throw Wrong("a hash that is none");

    /// <summary>The elements of an array.</summary>
    public static IEnumerable<JsonElement> List(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong("something else than a list");

    /// <summary>A property that may be away, or null.</summary>
    public static JsonElement? Optional(JsonElement value, string name) => Find(value, name) is { ValueKind: not JsonValueKind.Null } found ? found : null;

    /// <summary>A property that may be away.</summary>
    public static JsonElement? Find(JsonElement value, string name)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            // Half a character behind a backslash is JSON, and no name.
            throw Wrong("a name that is none");
        }
    }

    private static JsonElement Property(JsonElement value, string name) => Optional(value, name) ?? throw Wrong($"there is no '{name}'");

    /// <summary>A text.</summary>
    public static string Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { } text ? text : throw Wrong("something else than a text");
        }
        catch (InvalidOperationException)
        {
            // Half a character behind a backslash is JSON, and no text.
            throw Wrong("a text that is none");
        }
    }

    private static Address AddressOf(JsonElement value) =>
        Bytes(value) is { Length: Address.Bytes } bytes ? Address.FromWire(bytes) : throw Wrong("an address that is none");
}
