using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Settlement;

/// <summary>How what is in the journal is written: numbers that may be large as decimal strings, bytes as base64.</summary>
internal static class JournalJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new AddressJson(),
            new IdJson<SegmentId>(id => id.Value, value => new SegmentId(value)),
            new IdJson<WorkerId>(id => id.Value, value => new WorkerId(value)),
            new IdJson<AssignmentId>(id => id.Value, value => new AssignmentId(value)),
            new TextJson<BigInteger>(value => value.ToString(CultureInfo.InvariantCulture), text => BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
            new TextJson<Wei>(value => value.ToDigits(), text => Wei.TryParseDigits(text, out var wei) ? wei : throw new JsonException("No amount of wei.")),
            new TextJson<WinProbability>(value => value.ToString(), text => new WinProbability(BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))),
            new TextJson<Ratio>(value => value.ToString(), text => Ratio.TryParse(text, out var ratio) ? ratio : throw new JsonException("No fraction.")),
            new TextJson<Bytes32>(value => value.ToString(), text => Bytes32.TryParse(text, out var bytes) ? bytes : throw new JsonException("Not 32 bytes.")),
            new TextJson<CreationRound>(Text, Round),
        },
    };

    private static string Text(CreationRound round) => $"{round.Round.ToString(CultureInfo.InvariantCulture)}:{round.BlockHash}";

    private static CreationRound Round(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && Bytes32.TryParse(text[(colon + 1)..], out var hash)
            ? new CreationRound(number, hash)
            : throw new JsonException("No round.");
    }

    private sealed class AddressJson : JsonConverter<Address>
    {
        public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Address.FromWire(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.ToBytes());
    }

    private sealed class IdJson<TId>(Func<TId, Guid> valueOf, Func<Guid, TId> idOf) : JsonConverter<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => idOf(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(valueOf(value));
    }

    private sealed class TextJson<T>(Func<T, string> textOf, Func<string, T> valueOf) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            valueOf(reader.GetString() ?? throw new JsonException("The value is null."));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(textOf(value));
    }
}
