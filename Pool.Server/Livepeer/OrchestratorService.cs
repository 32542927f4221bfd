using System.Security.Cryptography;
using Pool.Server.Sessions;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>The gRPC service <c>net.Orchestrator</c> (protocol §3, §4.12), off-chain: signatures are empty and always good.</summary>
internal sealed class OrchestratorService(NetworkIdentity identity, OrchestratorAnswers answers, SessionRegistry sessions, TimeProvider time)
{
    private const int SessionIdBytes = 16;

    public OrchestratorInfo GetOrchestrator(HttpContext context, OrchestratorRequest request)
    {
        if (!sessions.HasRoom)
        {
            throw new GrpcException(GrpcStatus.Unknown, "Invalid orchestrator request: OrchestratorCapped");
        }

        var sessionId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SessionIdBytes));
        return answers.Info(identity.Tokens.Issue(sessionId, time.GetUtcNow() + AuthTokens.Validity));
    }

    /// <summary>Off-chain the pong is empty (protocol §3.8).</summary>
    public static PingPong Ping(HttpContext context, PingPong request) => new();

    /// <summary>Closes the session; an expired token is good enough, an unknown session is a success (protocol §4.12).</summary>
    public EndTranscodingSessionResponse EndTranscodingSession(HttpContext context, EndTranscodingSessionRequest request)
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
        return new EndTranscodingSessionResponse();
    }
}
