using Google.Protobuf;
using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>Compares a message with the case's field <c>header</c>, in both directions.</summary>
internal static class HeaderComparison
{
    public static void Compare<T>(VectorCase vector, T message, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var header = vector.Fields.Text("header");
        if (!WireHeaders.TryDecode(header, parser, out var decoded, out var fault))
        {
            vector.Fail($"header: {fault.Text}");
            return;
        }

        vector.Expect("decoded header", message.ToString() ?? "", decoded.ToString() ?? "");
        vector.Expect("encoded header", header, WireHeaders.Encode(message));
    }
}
