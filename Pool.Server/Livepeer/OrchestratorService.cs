using System.Security.Cryptography;
using Google.Protobuf;
using Pool.Server.Node;
using Pool.Server.Sessions;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>The gRPC service <c>net.Orchestrator</c> (protocol §3, §4.12).</summary>
internal sealed class OrchestratorService(
    NetworkIdentity identity, OrchestratorAnswers answers, SessionRegistry sessions, ITickets tickets, TimeProvider time)
{
    private const int SessionIdBytes = 16;

    /// <summary>Terms of a new session; refusals in the order of protocol §3.3.</summary>
    public async ValueTask<OrchestratorInfo> GetOrchestratorAsync(HttpContext context, OrchestratorRequest request)
    {
        var gateway = Address.FromWire(request.Address.Span);
        if (!tickets.IsSignedBy(gateway, OrchestratorRequestSigning.Hash(gateway), request.Sig.Span))
        {
            throw new GrpcException(GrpcStatus.Unknown, "Invalid orchestrator request: orchestrator req sig check failed");
        }

        if (!sessions.HasRoomFor(RemoteAddress.KeyOf(context.Connection.RemoteIpAddress)))
        {
            throw new GrpcException(GrpcStatus.Unknown, $"Invalid orchestrator request: {FailureWords.Capped}");
        }

        var sessionId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SessionIdBytes));
        var token = identity.Tokens.Issue(sessionId, time.GetUtcNow() + AuthTokens.Validity);
        var (info, refusal) = await answers.InfoAsync(new PaymentAccount(gateway, sessionId), token, context.RequestAborted);
        return info ?? throw new GrpcException(GrpcStatus.Unknown, refusal ?? FailureWords.Unexpected);
    }

    /// <summary>Proves that we are who we say we are; off-chain the pong is empty (protocol §3.8).</summary>
    public async ValueTask<PingPong> PingAsync(HttpContext context, PingPong request) =>
        await tickets.SignAsync(Bytes32.Keccak(request.Value.Span), context.RequestAborted) is { } signature
            ? new PingPong { Value = ByteString.CopyFrom(signature) }
            : throw new GrpcException(GrpcStatus.Unknown, FailureWords.Unexpected);

    /// <summary>Closes the session; an expired token is good enough, an unknown session is a success (protocol §4.12).</summary>
    public ValueTask<EndTranscodingSessionResponse> EndTranscodingSessionAsync(HttpContext context, EndTranscodingSessionRequest request)
    {
        if (request.AuthToken is not { } token)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "missing auth token");
        }

        if (identity.Tokens.Check(token, time.GetUtcNow()) is not (AuthTokenVerdict.Valid or AuthTokenVerdict.Expired))
        {
            throw new GrpcException(GrpcStatus.Unknown, "Invalid auth token");
        }

        sessions.Close(token.SessionId);
        return new(new EndTranscodingSessionResponse());
    }
}
