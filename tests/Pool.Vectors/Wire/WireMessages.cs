using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Vectors.Wire;

/// <summary>Compares a message built from a vector's fields with the vector's wire bytes, in both directions.</summary>
internal static class WireMessages
{
    /// <summary>
    /// The message of a case, from its field <paramref name="jsonField"/>, after it was compared with its field <c>wire</c>.
    /// </summary>
    /// <returns>The message as decoded from the wire.</returns>
    public static IMessage Compare(VectorCase vector, string jsonField)
    {
        var type = vector.Fields.Text("messageType");
        var descriptor = OrchestratorReflection.Descriptor.MessageTypes
            .FirstOrDefault(candidate => string.Equals(candidate.FullName, type, StringComparison.Ordinal))
            ?? throw new VectorFormatException($"there is no message '{type}'");
        return Compare(vector, MessageFromJson.Build(descriptor, vector.Fields.Element(jsonField), jsonField));
    }

    /// <summary>Compares a message that was built with the case's field <c>wire</c>.</summary>
    public static IMessage Compare(VectorCase vector, IMessage built)
    {
        var wire = vector.Fields.Bytes("wire");
        return Compare(vector, "wire", built, wire);
    }

    /// <summary>Compares a message that was built with bytes of the case.</summary>
    public static IMessage Compare(VectorCase vector, string what, IMessage built, byte[] wire)
    {
        var decoded = built.Descriptor.Parser.ParseFrom(wire);
        foreach (var difference in Differences(built, decoded, $"decoded {what}"))
        {
            vector.Fail(difference);
        }

        var encoded = built.ToByteArray();
        if (HasMapEntries(built))
        {
            // A map's entries and their defaults may be written in more than one way, so only what they mean is compared.
            vector.Expect($"{what} encoded and decoded again", expected: true, built.Descriptor.Parser.ParseFrom(encoded).Equals(decoded));
        }
        else
        {
            vector.Expect($"encoded {what}", wire, encoded);
        }

        return decoded;
    }

    /// <summary>Every field in which two messages of one type differ.</summary>
    private static IEnumerable<string> Differences(IMessage expected, IMessage actual, string path)
    {
        var found = false;
        foreach (var field in expected.Descriptor.Fields.InFieldNumberOrder())
        {
            var (left, right) = (field.Accessor.GetValue(expected), field.Accessor.GetValue(actual));
            if (Equals(left, right))
            {
                continue;
            }

            found = true;
            var place = $"{path}.{field.JsonName}";
            if (!field.IsRepeated && left is IMessage leftMessage && right is IMessage rightMessage)
            {
                foreach (var difference in Differences(leftMessage, rightMessage, place))
                {
                    yield return difference;
                }
            }
            else
            {
                yield return $"{place}: expected {Shown(left)}, got {Shown(right)}";
            }
        }

        if (!found && !expected.Equals(actual))
        {
            yield return $"{path}: there are fields the message does not know";
        }
    }

    private static string Shown(object? value) => value switch
    {
        null => "nothing",
        ByteString bytes => Hex.Shorten(Hex.Of(bytes.Span)),
        _ => Hex.Shorten(value.ToString() ?? ""),
    };

    private static bool HasMapEntries(IMessage message) => message.Descriptor.Fields.InFieldNumberOrder()
        .Any(field => HasMapEntries(field, field.Accessor.GetValue(message)));

    private static bool HasMapEntries(FieldDescriptor field, object? value)
    {
        if (field.IsMap)
        {
            return value is System.Collections.IDictionary { Count: > 0 };
        }

        if (field.FieldType != FieldType.Message)
        {
            return false;
        }

        return field.IsRepeated
            ? value is System.Collections.IEnumerable items && items.Cast<IMessage>().Any(HasMapEntries)
            : value is IMessage message && HasMapEntries(message);
    }
}
