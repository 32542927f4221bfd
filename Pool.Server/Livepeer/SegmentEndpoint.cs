using Google.Protobuf;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Sessions;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary><c>/segment</c> (protocol §4): checks in the network's order, then 200 at once, then the result as one protobuf message.</summary>
internal sealed partial class SegmentEndpoint(
    NetworkIdentity identity, OrchestratorAnswers answers, SessionRegistry sessions, SegmentIntake intake, ITickets tickets,
    TimeProvider time, ILogger<SegmentEndpoint> logger)
{
    private const string ResultContentType = "application/octet-stream";

    private readonly LogThrottle _log = new(time);

    public async Task HandleAsync(HttpContext context)
    {
        var receivedAt = time.GetUtcNow();
        var (request, refusal) = SegmentRequest.Parse(context.Request.Headers);
        refusal ??= request!.Check(tickets, answers.CapabilitiesForJobs(), identity.Tokens, receivedAt);   // a request without refusal is there
        if (refusal is not null || request is null)
        {
            await RefuseAsync(context, refusal ?? SegmentRefusal.InternalError);
            return;
        }

        using var arrival = sessions.Arrive(
            request.SessionId, RemoteAddress.KeyOf(context.Connection.RemoteIpAddress), AuthTokens.IssuedBy(request.Segment.AuthToken));
        if (arrival.Verdict == ArrivalVerdict.Capped)
        {
            await RefuseAsync(context, SegmentRefusal.Capped);
            return;
        }

        // Step 12: an offer that cannot be made now is no reason to say why.
        var (info, _) = await answers.InfoAsync(request.Account, request.Segment.AuthToken, context.RequestAborted);
        if (info is null)
        {
            await RefuseAsync(context, SegmentRefusal.InternalError);
            return;
        }

        var payment = await tickets.TakeAsync(request.Account, request.Payment, context.RequestAborted);
        if (payment is not PaymentVerdict.Accepted paid)
        {
            await RefuseAsync(context, payment is PaymentVerdict.Refused unpaid ? SegmentRefusal.Unpaid(unpaid.Reason) : SegmentRefusal.InternalError);
            return;
        }

        if (arrival.Verdict == ArrivalVerdict.Busy)
        {
            await BusyAsync(context, request, info, paid);
            return;
        }

        await TakeAsync(context, request, info, paid, arrival, receivedAt);
    }

    private async Task BusyAsync(HttpContext context, SegmentRequest request, OrchestratorInfo info, PaymentVerdict.Accepted paid)
    {
        if (await paid.WhenDurable)
        {
            await BeginAsync(context);
            await EndAsync(context, request, info, new SessionAnswer.Busy());
        }
        else
        {
            await RefuseAsync(context, SegmentRefusal.InternalError);
        }
    }

    /// <summary>Steps 15 to 19. The payment is written down while the body comes in, and before anything is answered.</summary>
    private async Task TakeAsync(
        HttpContext context, SegmentRequest request, OrchestratorInfo info, PaymentVerdict.Accepted paid, SessionArrival arrival, DateTimeOffset receivedAt)
    {
        var (taken, refusal) = await intake.TakeAsync(context, request);
        if (!await paid.WhenDurable)
        {
            taken?.Dispose();
            taken = null;
            refusal = SegmentRefusal.InternalError;
        }

        if (taken is null)
        {
            await RefuseAsync(context, refusal ?? SegmentRefusal.InternalError);
            return;
        }

        using (taken)
        {
            // The gateway waits only max(2 s, 0.5 × duration) for headers: they go before any work begins.
            await BeginAsync(context);
            var answer = await TranscodeAsync(context, request, Work(request, taken, receivedAt) with { PricePerPixel = paid.Price }, arrival);
            await EndAsync(context, request, info, answer);
        }
    }

    private async Task<SessionAnswer> TranscodeAsync(HttpContext context, SegmentRequest request, SegmentWork work, SessionArrival arrival)
    {
        var address = RemoteAddress.KeyOf(context.Connection.RemoteIpAddress);
        var issuedBy = AuthTokens.IssuedBy(request.Segment.AuthToken);
        if (sessions.Admit(request.SessionId, request.Segment.ManifestId.Memory, request.Gateway.ToString(), address, issuedBy) is not { } session)
        {
            return new SessionAnswer.Capped();
        }

        try
        {
            var turn = session.TranscodeAsync(work, context.RequestAborted);
            arrival.Dispose();
            var answer = await turn;
            if (answer is SessionAnswer.Answered { Result: SegmentResult.Failed })
            {
                // On such a text the gateway drops us without a word (protocol §4.11): its place is free for its next session.
                sessions.Close(session.Id);
            }

            return answer;
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The 200 is out: whatever breaks now is told inside it.
            if (_log.TryPass(out var withheld))
            {
                LogBroken(failure, work.Id, withheld);
            }

            return new SessionAnswer.Broken();
        }
    }

    private static async Task BeginAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = ResultContentType;
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task EndAsync(HttpContext context, SegmentRequest request, OrchestratorInfo info, SessionAnswer answer)
    {
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.BodyWriter.WriteAsync((await ResultAsync(context, request, info, answer)).ToByteArray(), context.RequestAborted);
        }
    }

    private async Task<TranscodeResult> ResultAsync(HttpContext context, SegmentRequest request, OrchestratorInfo info, SessionAnswer answer)
    {
        var (fresh, _) = await answers.InfoAsync(request.Account, request.Segment.AuthToken, context.RequestAborted);
        var result = new TranscodeResult { Seq = request.Segment.Seq, Info = fresh ?? info };
        if (FailureWords.ErrorOf(answer) is { } error)
        {
            result.Error = error;
        }
        else if (answer is SessionAnswer.Answered { Result: SegmentResult.Transcoded transcoded })
        {
            var hash = ResultSigning.Hash(transcoded.Renditions.Select(rendition => rendition.Hash));
            if (await tickets.SignAsync(new Bytes32(hash), context.RequestAborted) is { } signature)
            {
                result.Data = new TranscodeData { Sig = ByteString.CopyFrom(signature) };
                result.Data.Segments.AddRange(transcoded.Renditions.Select(Announce));
            }
            else
            {
                result.Error = FailureWords.Unexpected;
            }
        }

        return result;
    }

    /// <summary>Pixels are what we counted ourselves; the gateway decodes and compares exactly (protocol §4.8).</summary>
    private TranscodedSegmentData Announce(Rendition rendition) => new()
    {
        Url = answers.StreamUrl(rendition.File),
        Pixels = rendition.Count.Pixels,
        PerceptualHashUrl = rendition.Signature is { } signature ? answers.StreamUrl(signature) : "",
    };

    private SegmentWork Work(SegmentRequest request, TakenSegment taken, DateTimeOffset receivedAt) => new()
    {
        Id = SegmentId.New(time),
        ReceivedAt = receivedAt,
        SessionId = request.SessionId,
        Gateway = request.Gateway,
        ManifestId = request.Segment.ManifestId.Memory,
        Sequence = request.Segment.Seq,
        DurationMilliseconds = request.DurationMilliseconds,
        Profiles = request.Profiles,
        Needs = CapabilityCheck.SetOf(request.Segment.Capabilities),
        Clip = request.Clip,
        ForceReinit = request.Segment.ForceSessionReinit,
        IsSignatureWanted = request.Segment.CalcPerceptualHash,
        Source = taken.Source,
        SourceHash = taken.Hash,
    };

    private Task RefuseAsync(HttpContext context, SegmentRefusal refusal)
    {
        LogRefused(refusal.Status, refusal.Text);
        return refusal.WriteAsync(context);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A segment was refused: {Status} {Text}")]
    private partial void LogRefused(int status, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "Segment {Segment} broke inside the pool ({Withheld} like messages were not written)")]
    private partial void LogBroken(Exception failure, SegmentId segment, long withheld);
}
