using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pool.Server.Chain.Rpc;

/// <summary>A question of JSON-RPC.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Arguments">What it is asked with.</param>
internal sealed record RpcQuestion(string Method, params IReadOnlyList<JsonNode?> Arguments);

/// <summary>The answer: a result, or an error.</summary>
internal readonly record struct RpcReply(JsonElement Result, RpcError? Error)
{
    /// <summary>The result.</summary>
    /// <exception cref="EndpointException">It is an error.</exception>
    public JsonElement Value => Error is null ? Result : throw Error.ToException();
}

/// <summary>An endpoint did not give an answer that can be used; another one may.</summary>
/// <param name="message">What is wrong, without the endpoint's name.</param>
/// <param name="inner">Where it comes from.</param>
internal sealed class EndpointException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the endpoint is ill and should rest, rather than unable to answer just this.</summary>
    public bool IsIll { get; init; } = true;

    /// <summary>Whether it may be otherwise a moment later.</summary>
    public bool IsPassing { get; init; } = true;

    /// <summary>Whether it answered more than is read: a smaller question may do.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>Whether nothing of the question can have reached it.</summary>
    public bool WasNeverSent { get; init; }
}
