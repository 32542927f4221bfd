using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Pool.Shared.Livepeer;

/// <summary>Messages in HTTP headers: standard base64 with padding of the protobuf bytes (protocol §4.1).</summary>
public static class WireHeaders
{
    /// <summary>Name of the header with a <see cref="Wire.SegData"/>.</summary>
    public const string Segment = "Livepeer-Segment";

    /// <summary>Name of the header with a <see cref="Wire.Payment"/>; empty off-chain.</summary>
    public const string Payment = "Livepeer-Payment";

    /// <summary>The header's value for a message.</summary>
    public static string Encode(IMessage message) => Convert.ToBase64String(message.ToByteArray());

    /// <summary>Decodes a header's base64; an absent or empty header is no bytes, which is an empty message.</summary>
    public static bool TryDecodeBase64(string? header, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = [];
        if (string.IsNullOrEmpty(header))
        {
            return true;
        }

        if (header.AsSpan().ContainsAny(' ', '\t'))
        {
            // .NET's decoder passes over blanks, the network's does not.
            bytes = null;
            return false;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(header.Length));
        try
        {
            bytes = Convert.TryFromBase64String(header, buffer, out var written) ? buffer.AsSpan(0, written).ToArray() : null;
            return bytes is not null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Decodes a header into its message.</summary>
    /// <param name="header">The header's value; absent and empty are an empty message.</param>
    /// <param name="parser">Parser of the message.</param>
    /// <param name="message">The message when the answer is true.</param>
    /// <param name="fault">What is wrong when the answer is false.</param>
    public static bool TryDecode<T>(
        string? header, MessageParser<T> parser, [NotNullWhen(true)] out T? message, [NotNullWhen(false)] out WireHeaderFault? fault)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        message = null;
        fault = null;
        if (!TryDecodeBase64(header, out var bytes))
        {
            fault = new WireHeaderFault(WireHeaderFaultKind.NotBase64, "illegal base64 data");
            return false;
        }

        try
        {
            message = parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            fault = new WireHeaderFault(WireHeaderFaultKind.NotMessage, exception.Message);
            return false;
        }
    }
}

/// <summary>Which of a header's two layers is broken; the network answers them differently (protocol §4.2, steps 1 to 3).</summary>
public enum WireHeaderFaultKind
{
    /// <summary>The text is no base64.</summary>
    NotBase64,

    /// <summary>The bytes are no message.</summary>
    NotMessage,
}

/// <param name="Kind">Which layer is broken.</param>
/// <param name="Text">What the decoder says about it.</param>
public sealed record WireHeaderFault(WireHeaderFaultKind Kind, string Text);
