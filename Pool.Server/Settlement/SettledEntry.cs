using System.Text.Json;
using System.Text.Json.Serialization;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Settlement;

/// <summary>A settle record as it is in the journal, with when and for which epoch it was written.</summary>
/// <param name="SettledAt">When it was handed to the journal.</param>
/// <param name="Epoch">Epoch it was written in; never computed again.</param>
/// <param name="Record">The record.</param>
internal sealed record SettledEntry(DateTimeOffset SettledAt, long Epoch, SettleRecord Record)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new AddressJson(),
            new IdJson<SegmentId>(id => id.Value, value => new SegmentId(value)),
            new IdJson<WorkerId>(id => id.Value, value => new WorkerId(value)),
            new IdJson<AssignmentId>(id => id.Value, value => new AssignmentId(value)),
        },
    };

    /// <summary>The bytes for the journal.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>The entry of these bytes.</summary>
    /// <exception cref="JsonException">They are none.</exception>
    public static SettledEntry FromBytes(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<SettledEntry>(bytes, s_json) ?? throw new JsonException("The entry is null.");

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
}
