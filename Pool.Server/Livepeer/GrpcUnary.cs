using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using Pool.Server.Node;

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
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unimplemented = 12,
}

/// <summary>
/// Unary gRPC over Kestrel's HTTP/2: one length-prefixed message each way and the status in the trailers (ADR 0003).
/// </summary>
internal sealed class GrpcUnary(TimeProvider time)
{
    /// <summary>gRPC's own default receive limit (protocol §1.1).</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    public const string ContentType = "application/grpc";

    /// <summary>Bytes of unfinished messages of one address: four of the largest. The messages of this service take a few hundred.</summary>
    private const int MaxUnfinishedBytes = 4 * MaxMessageBytes;

    private const int PrefixBytes = 5;

    /// <summary>A gateway waits 3 s for an answer (protocol §1.4); a message that takes longer to come in is nobody's.</summary>
    private static readonly TimeSpan s_receiveTime = TimeSpan.FromSeconds(10);

    private readonly Tally _unfinished = new(MaxUnfinishedBytes);

    public RequestDelegate Handler<TRequest, TResponse>(MessageParser<TRequest> parser, Func<HttpContext, TRequest, ValueTask<TResponse>> call)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => async context =>
    {
        context.Response.ContentType = ContentType;
        try
        {
            var request = Parse(parser, await ReadMessageAsync(context));
            await WriteMessageAsync(context, await call(context, request));
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
        Refuse(context, GrpcStatus.Unimplemented, $"unknown method {context.Request.Path}");
        return Task.CompletedTask;
    }

    /// <summary>Ends a call without a message.</summary>
    public static void Refuse(HttpContext context, GrpcStatus status, string message)
    {
        context.Response.ContentType = ContentType;
        SetStatus(context, status, message);
    }

    /// <summary>Requests over HTTP/2 whose content type starts so are gRPC (protocol §1.1).</summary>
    public static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    private async Task<ReadOnlyMemory<byte>> ReadMessageAsync(HttpContext context)
    {
        var address = RemoteAddress.KeyOf(context.Connection.RemoteIpAddress);
        var message = new ArrayBufferWriter<byte>();
        using var late = new CancellationTokenSource(s_receiveTime, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        var taken = 0L;
        try
        {
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync(stop.Token);
                if (!_unfinished.TryTake(address, read.Buffer.Length))
                {
                    throw new GrpcException(GrpcStatus.ResourceExhausted, "too many unfinished messages");
                }

                taken += read.Buffer.Length;
                foreach (var part in read.Buffer)
                {
                    message.Write(part.Span);
                }

                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (Length(message.WrittenSpan) is { } length && message.WrittenCount >= PrefixBytes + length)
                {
                    return message.WrittenMemory.Slice(PrefixBytes, length);
                }

                if (read.IsCompleted)
                {
                    throw new GrpcException(GrpcStatus.InvalidArgument, "the request ended before its message did");
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatus.DeadlineExceeded, $"the message did not come within {s_receiveTime.TotalSeconds:0} s");
        }
        catch (IOException)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "the request broke off before its message was whole");
        }
        finally
        {
            _unfinished.GiveBack(address, taken);
        }
    }

    /// <summary>The message's length, once its prefix is there.</summary>
    private static int? Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PrefixBytes)
        {
            return null;
        }

        if (bytes[0] != 0)
        {
            throw new GrpcException(GrpcStatus.Unimplemented, "compressed messages are not supported");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        return length <= MaxMessageBytes
            ? (int)length
            : throw new GrpcException(GrpcStatus.ResourceExhausted, $"the message has {length} bytes, the limit is {MaxMessageBytes}");
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.Span);
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
