using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Pool.Gateway.Network;

/// <summary>A gRPC call that was answered with a status other than OK; the message is the orchestrator's text.</summary>
public sealed class GrpcCallException : Exception
{
    public GrpcCallException(int status, string message)
        : base(message) => Status = status;

    public GrpcCallException(string message)
        : base(message)
    {
    }

    public GrpcCallException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public GrpcCallException()
    {
    }

    /// <summary>gRPC's status code; 2 (Unknown) is what stock orchestrators answer.</summary>
    public int Status { get; } = 2;
}

/// <summary>Unary gRPC over HTTP/2: one length-prefixed message each way and the status in the trailers (protocol §1.1).</summary>
public static class GrpcCall
{
    /// <summary>gRPC's own limit for a message that is received, in bytes.</summary>
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    private const int PrefixBytes = 5;
    private const string ContentType = "application/grpc";

    /// <summary>Calls a method over a TLS connection of its own, as stock gateways do for every call.</summary>
    /// <param name="service">Base address, https.</param>
    /// <param name="method">Path of the method, e.g. <c>/net.Orchestrator/GetOrchestrator</c>.</param>
    /// <param name="request">The message.</param>
    /// <param name="parser">Parser of the answer.</param>
    /// <param name="connectTimeout">Limit for connecting, TLS included; a gateway's is <see cref="NetworkTimes.GrpcConnect"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GrpcCallException">The orchestrator answered with an error, or not in gRPC.</exception>
    /// <exception cref="HttpRequestException">There is no HTTP/2 over TLS at that address.</exception>
    public static async Task<TResponse> UnaryAsync<TResponse>(
        Uri service, string method, IMessage request, MessageParser<TResponse> parser, TimeSpan connectTimeout, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        using var client = NetworkConnections.Http2(connectTimeout);
        client.MaxResponseContentBufferSize = MaxMessageBytes + PrefixBytes;
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(service, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Frame(request)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        RequireOk(response);
        return Unframe(body, parser);
    }

    /// <summary>The message with its prefix: a zero byte (not compressed) and the length.</summary>
    internal static byte[] Frame(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>Reads one message with its prefix.</summary>
    /// <exception cref="GrpcCallException">The bytes are not exactly one uncompressed message.</exception>
    internal static T Unframe<T>(byte[] body, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (body.Length < PrefixBytes || body[0] != 0
            || BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != (uint)(body.Length - PrefixBytes))
        {
            throw new GrpcCallException($"the answer of {body.Length} bytes is not one gRPC message");
        }

        try
        {
            return parser.ParseFrom(body, PrefixBytes, body.Length - PrefixBytes);
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw new GrpcCallException($"the answer cannot be read: {wrong.Message}", wrong);
        }
    }

    /// <summary>The status is in the trailers, or in the headers when there is no message at all.</summary>
    private static void RequireOk(HttpResponseMessage response)
    {
        var status = Header(response, "grpc-status");
        if (status is null)
        {
            throw new GrpcCallException($"the answer is HTTP {(int)response.StatusCode} without a gRPC status");
        }

        if (status != "0")
        {
            var text = Uri.UnescapeDataString(Header(response, "grpc-message") ?? "");
            throw new GrpcCallException(
                int.TryParse(status, out var code) ? code : 2, text.Length > 0 ? text : $"gRPC status {status} without a text");
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailers) || response.Headers.TryGetValues(name, out trailers)
            ? string.Concat(trailers)
            : null;
}
