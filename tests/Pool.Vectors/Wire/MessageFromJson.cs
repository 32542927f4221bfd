using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Vectors.Wire;

/// <summary>Builds a wire message from a vector's JSON, by the message's description: lowerCamelCase names, absent = default.</summary>
/// <remarks>Profiles do not come from the description but through our own model and its writer, which is what is to be checked.</remarks>
internal static class MessageFromJson
{
    /// <summary>The vectors' name of the dead field that holds the text <c>invalid</c>.</summary>
    private const string LegacyProfiles = "legacyProfiles";

    private const string LegacyProfilesField = "profiles";

    /// <summary>Fields of type bytes that hold UTF-8 text.</summary>
    private static readonly HashSet<string> s_text = new(StringComparer.Ordinal)
    {
        "net.SegData.manifestId", "net.SegData.profiles", "net.NotifySegment.profiles",
    };

    /// <summary>Fields of type bytes that hold a minimal big-endian integer, written as a decimal.</summary>
    private static readonly HashSet<string> s_integers = new(StringComparer.Ordinal)
    {
        "net.TicketParams.face_value", "net.TicketParams.win_prob", "net.TicketParams.seed", "net.TicketParams.expiration_block",
    };

    /// <summary>The message a case describes.</summary>
    /// <exception cref="VectorFormatException">The JSON names a field the message lacks, or a value that does not fit.</exception>
    public static IMessage Build(MessageDescriptor descriptor, JsonElement json, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new VectorFormatException($"'{path}' is not an object");
        }

        if (descriptor == VideoProfile.Descriptor)
        {
            return BuildProfile(json, path);
        }

        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        if (message is SegData segData)
        {
            return SegDataFromJson.Build(segData, json, path);
        }

        foreach (var property in json.EnumerateObject())
        {
            SetField(message, property, path);
        }

        return message;
    }

    /// <summary>Sets one field from a JSON property.</summary>
    public static void SetField(IMessage message, JsonProperty property, string path)
    {
        var place = $"{path}.{property.Name}";
        var name = property.NameEquals(LegacyProfiles) ? LegacyProfilesField : property.Name;
        var field = message.Descriptor.Fields.InFieldNumberOrder().FirstOrDefault(candidate => IsNamed(candidate, name))
            ?? throw new VectorFormatException($"'{place}' is not a field of {message.Descriptor.FullName}");
        if (field.IsMap)
        {
            SetMap(message, field, property.Value, place);
        }
        else if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            var index = 0;
            foreach (var item in property.Value.EnumerateArray())
            {
                list.Add(ValueOf(field, item, $"{place}[{index++}]"));
            }
        }
        else
        {
            field.Accessor.SetValue(message, ValueOf(field, property.Value, place));
        }
    }

    private static Pool.Shared.Livepeer.Wire.VideoProfile BuildProfile(JsonElement json, string path)
    {
        var fields = new JsonFields(json, path);
        var profile = ProfileWire.ToWire(ProfileJsonFields.Read(fields));
        return fields.Unread.FirstOrDefault() is { } unknown
            ? throw new VectorFormatException($"'{unknown}' is not a field of net.VideoProfile")
            : profile;
    }

    private static void SetMap(IMessage message, FieldDescriptor field, JsonElement json, string path)
    {
        var map = (System.Collections.IDictionary)field.Accessor.GetValue(message);
        var key = field.MessageType.FindFieldByNumber(1);
        var value = field.MessageType.FindFieldByNumber(2);
        foreach (var property in json.EnumerateObject())
        {
            var place = $"{path}.{property.Name}";
            object mapKey = key.FieldType == FieldType.String ? property.Name : (object)(uint)ParseInteger(property.Name, place);
            map.Add(mapKey, ValueOf(value, property.Value, place));
        }
    }

    private static object ValueOf(FieldDescriptor field, JsonElement json, string path) => field.FieldType switch
    {
        FieldType.Message => Build(field.MessageType, json, path),
        FieldType.Bytes => ByteString.CopyFrom(BytesOf(field, TextOf(json, path), path)),
        FieldType.String => TextOf(json, path),
        FieldType.Bool => json.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? json.GetBoolean()
            : throw new VectorFormatException($"'{path}' is neither true nor false"),
        FieldType.Int64 => (long)Integer(json, path, long.MinValue, long.MaxValue),
        FieldType.UInt64 => (ulong)Integer(json, path, 0, ulong.MaxValue),
        FieldType.Int32 => (int)Integer(json, path, int.MinValue, int.MaxValue),
        FieldType.UInt32 => (uint)Integer(json, path, 0, uint.MaxValue),
        FieldType.Enum => (int)Integer(json, path, int.MinValue, int.MaxValue),
        _ => throw new VectorFormatException($"'{path}' has a type no message of the network uses"),
    };

    private static byte[] BytesOf(FieldDescriptor field, string text, string path)
    {
        if (s_text.Contains(field.FullName))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        return s_integers.Contains(field.FullName) ? BigEndian.Minimal(ParseInteger(text, path)) : Hex.Parse(text, path);
    }

    private static BigInteger Integer(JsonElement json, string path, BigInteger least, BigInteger most)
    {
        var value = ParseInteger(json.ValueKind == JsonValueKind.Number ? json.GetRawText() : TextOf(json, path), path);
        return value >= least && value <= most ? value : throw new VectorFormatException($"'{path}' is out of its field's range");
    }

    private static BigInteger ParseInteger(string text, string path) =>
        BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new VectorFormatException($"'{path}' is not an integer");

    private static string TextOf(JsonElement json, string path) => json.ValueKind == JsonValueKind.String
        ? json.GetString() ?? ""
        : throw new VectorFormatException($"'{path}' is not a text");

    private static bool IsNamed(FieldDescriptor field, string name) =>
        string.Equals(field.Name.Replace("_", "", StringComparison.Ordinal), name, StringComparison.OrdinalIgnoreCase);
}
