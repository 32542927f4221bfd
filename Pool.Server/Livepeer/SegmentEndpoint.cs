using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Pool.Server.Dispatch;
using Pool.Server.Segments;
using Pool.Server.Sessions;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary><c>/segment</c> (protocol §4): checks in the network's order, then 200 at once, then the result as one protobuf message.</summary>
internal sealed partial class SegmentEndpoint(
    NetworkIdentity identity, OrchestratorAnswers answers, SessionRegistry sessions, Spool spool, TimeProvider time, ILogger<SegmentEndpoint> logger)
{
    /// <summary>Largest segment of the network (protocol §1.4, common.MaxSegSize).</summary>
    private const long MaxSegmentBytes = 300_000_000;

    /// <summary>Content type of a body that is an address to download from; off, because it is not configured (protocol §4.5).</summary>
    private const string UriContentType = "application/vnd+livepeer.uri";

    private const string ResultContentType = "application/octet-stream";

    public async Task HandleAsync(HttpContext context)
    {
        var receivedAt = time.GetUtcNow();
        var (request, refusal) = SegmentRequest.Parse(context.Request.Headers);
        refusal ??= request!.Check(answers.CapabilitiesFor(request.Segment.Capabilities), identity.Tokens, receivedAt);   // a request without refusal is there
        if (refusal is not null || request is null)
        {
            await RefuseAsync(context, refusal ?? SegmentRefusal.InternalError);
            return;
        }

        var token = request.Segment.AuthToken;
        if (sessions.Admit(token.SessionId, request.Segment.ManifestId.Memory, request.Gateway.ToString()) is not { } session)
        {
            await RefuseAsync(context, SegmentRefusal.Capped);
            return;
        }

        var (source, hash, bodyRefusal) = await ReceiveAsync(context, request);
        if (source is null || hash is null)
        {
            await RefuseAsync(context, bodyRefusal ?? SegmentRefusal.InternalError);
            return;
        }

        try
        {
            await AnswerAsync(context, request, session, Work(request, source, hash, receivedAt));
        }
        finally
        {
            spool.Delete(source);
        }
    }

    /// <summary>Steps 15 to 17: the body into the spool, hashed while it arrives.</summary>
    private async Task<(SpoolFile? Source, byte[]? Hash, SegmentRefusal? Refusal)> ReceiveAsync(HttpContext context, SegmentRequest request)
    {
        if (string.Equals(context.Request.ContentType, UriContentType, StringComparison.Ordinal))
        {
            return (null, null, SegmentRefusal.BadRequest);
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxSegmentBytes;
        try
        {
            await using var file = spool.CreateSegment(MaxSegmentBytes);
            var hash = await CopyAsync(context, file);
            return hash.AsSpan().SequenceEqual(request.Segment.Hash.Span)
                ? (await file.CompleteAsync(), hash, null)
                : (null, null, SegmentRefusal.HashMismatch);
        }
        catch (SpoolFullException full)
        {
            LogSpoolFull(full.Message);
            return (null, null, SegmentRefusal.InternalError);
        }
        catch (Exception broken) when (broken is IOException or BadHttpRequestException or OperationCanceledException)
        {
            return (null, null, SegmentRefusal.InternalError);
        }
    }

    private static async Task<byte[]> CopyAsync(HttpContext context, SpoolWriter file)
    {
        var keccak = new Keccak256();
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            foreach (var part in read.Buffer)
            {
                keccak.Append(part.Span);
                await file.WriteAsync(part, context.RequestAborted);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return keccak.Finish();
            }
        }
    }

    /// <summary>Steps 18 and 19. The gateway waits only max(2 s, 0.5 × duration) for headers: they go before any work begins.</summary>
    private async Task AnswerAsync(HttpContext context, SegmentRequest request, Session session, SegmentWork work)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = ResultContentType;
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);

        var answer = await session.TranscodeAsync(work, context.RequestAborted);
        if (answer is SessionAnswer.Answered { Result: SegmentResult.Failed })
        {
            // On such a text the gateway drops us without a word (protocol §4.11): its place is free for its next session.
            sessions.Close(session.Id);
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var result = Result(request, answer);
        await context.Response.BodyWriter.WriteAsync(result.ToByteArray(), context.RequestAborted);
    }

    private TranscodeResult Result(SegmentRequest request, SessionAnswer answer)
    {
        var result = new TranscodeResult { Seq = request.Segment.Seq, Info = answers.Info(request.Segment.AuthToken) };
        if (ResultWords.ErrorOf(answer) is { } error)
        {
            result.Error = error;
        }
        else if (answer is SessionAnswer.Answered { Result: SegmentResult.Transcoded transcoded })
        {
            result.Data = new TranscodeData();
            result.Data.Segments.AddRange(transcoded.Renditions.Select(Announce));
        }

        return result;
    }

    /// <summary>Pixels are what we counted ourselves; the gateway decodes and compares exactly (protocol §4.8).</summary>
    private TranscodedSegmentData Announce(Rendition rendition) => new()
    {
        Url = answers.StreamUrl(rendition.File.Id, StreamEndpoint.EndingOf(rendition.Profile.Container)),
        Pixels = rendition.Count.Pixels,
    };

    private SegmentWork Work(SegmentRequest request, SpoolFile source, byte[] hash, DateTimeOffset receivedAt) => new()
    {
        Id = SegmentId.New(time),
        ReceivedAt = receivedAt,
        SessionId = request.Segment.AuthToken.SessionId,
        Gateway = request.Gateway,
        ManifestId = request.Segment.ManifestId.Memory,
        Sequence = request.Segment.Seq,
        DurationMilliseconds = request.DurationMilliseconds,
        Profiles = request.Profiles,
        Needs = CapabilityCheck.SetOf(request.Segment.Capabilities),
        Clip = request.Clip,
        ForceReinit = request.Segment.ForceSessionReinit,
        Source = source,
        SourceHash = hash,
    };

    private async Task RefuseAsync(HttpContext context, SegmentRefusal refusal)
    {
        LogRefused(refusal.Status, refusal.Text);
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(refusal.Text + "\n", context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A segment was refused: {Status} {Text}")]
    private partial void LogRefused(int status, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "A segment was turned away: {Reason}")]
    private partial void LogSpoolFull(string reason);
}
