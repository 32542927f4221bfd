using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Pool.Server.Livepeer;

/// <summary>A gRPC call that ends with a status other than OK.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>The status codes we use; stock orchestrators answer plain errors, which are Unknown (protocol §3.3).</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unimplemented = 12,
}

/// <summary>
/// Unary gRPC over Kestrel's HTTP/2: one length-prefixed message each way and the status in the trailers (ADR 0003).
/// </summary>
internal static class GrpcUnary
{
    /// <summary>gRPC's own default receive limit (protocol §1.1).</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    public const string ContentType = "application/grpc";

    private const int PrefixBytes = 5;

    public static RequestDelegate Handler<TRequest, TResponse>(MessageParser<TRequest> parser, Func<HttpContext, TRequest, TResponse> call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => async context =>
    {
        context.Response.ContentType = ContentType;
        try
        {
            var request = Parse(parser, await ReadMessageAsync(context));
            await WriteMessageAsync(context, call(context, request));
            SetStatus(context, GrpcStatus.Ok, "");
        }
        catch (GrpcException fault)
        {
            SetStatus(context, fault.Status, fault.Message);
        }
    };

    /// <summary>A call of a method that we do not have.</summary>
    public static Task UnimplementedAsync(HttpContext context)
    {
        context.Response.ContentType = ContentType;
        SetStatus(context, GrpcStatus.Unimplemented, $"unknown method {context.Request.Path}");
        return Task.CompletedTask;
    }

    /// <summary>Requests over HTTP/2 whose content type starts so are gRPC (protocol §1.1).</summary>
    public static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<byte[]> ReadMessageAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var (length, isWhole) = Measure(read.Buffer);
            if (isWhole)
            {
                var message = read.Buffer.Slice(PrefixBytes, length).ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return message;
            }

            if (read.IsCompleted)
            {
                throw new GrpcException(GrpcStatus.InvalidArgument, "the request ended before its message did");
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static (int Length, bool IsWhole) Measure(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < PrefixBytes)
        {
            return (0, false);
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] != 0)
        {
            throw new GrpcException(GrpcStatus.Unimplemented, "compressed messages are not supported");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > MaxMessageBytes)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"the message has {length} bytes, the limit is {MaxMessageBytes}");
        }

        return ((int)length, buffer.Length >= PrefixBytes + length);
    }

    private static T Parse<T>(MessageParser<T> parser, byte[] bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, wrong.Message);
        }
    }

    private static async Task WriteMessageAsync(HttpContext context, IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        await context.Response.BodyWriter.WriteAsync(frame, context.RequestAborted);
    }

    private static void SetStatus(HttpContext context, GrpcStatus status, string message)
    {
        context.Response.AppendTrailer("grpc-status", ((int)status).ToString());
        if (message.Length > 0)
        {
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message).Replace("%20", " ", StringComparison.Ordinal));
        }
    }
}
