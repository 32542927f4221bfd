using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pool.Server.Segments;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>The byte paths of an assignment (<c>docs/protocol.md</c>): fetch the segment, upload renditions, say how it ended.</summary>
internal sealed partial class AssignmentEndpoints(
    AssignmentBook book, Spool spool, IOptions<DispatchOptions> options, TimeProvider time, ILogger<AssignmentEndpoints> logger)
{
    private const string BearerPrefix = "Bearer ";
    private const string SegmentType = "application/octet-stream";
    private const int PartBytes = 64 * 1024;
    private const int MaxOutcomeBytes = 16 * 1024;
    private const int MaxDetailLength = 500;

    /// <summary>How long the bytes may come after the word that they are all on their way.</summary>
    internal static readonly TimeSpan UploadPatience = TimeSpan.FromSeconds(5);

    /// <summary>The outcome is believed as it is: it asks for nothing.</summary>
    private static readonly OutcomeVerdict s_noted = new(true, null);

    /// <summary>The segment's bytes. The first request is the worker's acceptance.</summary>
    public async Task FetchAsync(HttpContext context, string id)
    {
        if (Authorize(context, id) is not { } assignment)
        {
            return;
        }

        if (assignment.IsOver)
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            return;
        }

        assignment.MarkFetched();
        var source = assignment.Work.Source;
        context.Response.ContentType = SegmentType;
        context.Response.ContentLength = source.Length;
        var began = time.GetTimestamp();
        await CopyAsync(source, context, assignment);
        assignment.MarkDelivered(time.GetElapsedTime(began));
    }

    /// <summary>Bytes that the worker's side takes are a sign of its life: a slow line is not a dead one.</summary>
    private static async Task CopyAsync(SpoolFile source, HttpContext context, LiveAssignment assignment)
    {
        using var file = File.OpenHandle(source.Path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        var offset = 0L;
        while (offset < source.Length)
        {
            var read = await RandomAccess.ReadAsync(file, context.Response.BodyWriter.GetMemory(PartBytes), offset, context.RequestAborted);
            if (read == 0)
            {
                throw new IOException($"The segment in the spool is shorter than its {source.Length} bytes.");
            }

            offset += read;
            context.Response.BodyWriter.Advance(read);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            assignment.Worker.MarkAlive();
        }
    }

    /// <summary>One rendition's bytes.</summary>
    public async Task UploadAsync(HttpContext context, string id, int index)
    {
        if (Authorize(context, id) is not { } assignment)
        {
            return;
        }

        context.Response.StatusCode = await UploadAsync(context, assignment, index);
    }

    private async Task<int> UploadAsync(HttpContext context, LiveAssignment assignment, int index)
    {
        if (index < 0 || index >= assignment.Work.Profiles.Count)
        {
            return StatusCodes.Status404NotFound;
        }

        if (assignment.IsOver)
        {
            return StatusCodes.Status410Gone;
        }

        if (!assignment.TryClaim(index))
        {
            return StatusCodes.Status409Conflict;
        }

        var limit = options.Value.MaxRenditionBytes;
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = limit + 1;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, assignment.Over);
        try
        {
            var rendition = await RenditionUpload.ReceiveAsync(
                context.Request.BodyReader, assignment.Work.Profiles[index], spool, limit, assignment.Worker.MarkAlive, stop.Token);
            if (assignment.TryPlace(index, rendition))
            {
                return StatusCodes.Status204NoContent;
            }

            spool.Delete(rendition.File);
            return StatusCodes.Status410Gone;
        }
        catch (OperationCanceledException) when (assignment.IsOver)
        {
            return StatusCodes.Status410Gone;
        }
        catch (Exception large) when (large is TooManyBytesException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            assignment.Unclaim(index);
            return StatusCodes.Status413PayloadTooLarge;
        }
        catch (SpoolFullException full)
        {
            LogSpoolFull(full.Message);
            assignment.Unclaim(index);
            return StatusCodes.Status507InsufficientStorage;
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or BadHttpRequestException)
        {
            assignment.Unclaim(index);
            return StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>How the assignment ended at the worker. The first outcome counts; saying it again gets the same verdict.</summary>
    public async Task FinishAsync(HttpContext context, string id)
    {
        if (Authorize(context, id) is not { } assignment)
        {
            return;
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxOutcomeBytes;
        AssignmentOutcome? outcome;
        try
        {
            outcome = await context.Request.ReadFromJsonAsync<AssignmentOutcome>(WorkerLinkJson.Options, context.RequestAborted);
        }
        catch (Exception wrong) when (wrong is System.Text.Json.JsonException or BadHttpRequestException or InvalidOperationException)
        {
            outcome = null;
        }

        if (outcome is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("The outcome must be JSON: kind, detail, decodedFrames, transcodeMilliseconds.\n", context.RequestAborted);
            return;
        }

        if (outcome.Kind == OutcomeKind.Done)
        {
            await WaitForUploadsAsync(assignment, context.RequestAborted);
        }

        await assignment.Work.Facts;   // done long ago, unless the worker was faster than reading headers
        var verdict = await Judge(assignment, outcome).WaitAsync(context.RequestAborted);
        await context.Response.WriteAsJsonAsync(verdict, WorkerLinkJson.Options, context.RequestAborted);
    }

    /// <summary>The worker may say that it is done while the last bytes are on their way: that saves every segment a round trip.</summary>
    private async Task WaitForUploadsAsync(LiveAssignment assignment, CancellationToken aborted)
    {
        try
        {
            await assignment.UploadsEnd().WaitAsync(UploadPatience, time, aborted);
        }
        catch (TimeoutException)
        {
            // What is missing is named in the verdict.
        }
    }

    private static Task<OutcomeVerdict> Judge(LiveAssignment assignment, AssignmentOutcome outcome)
    {
        var detail = outcome.Detail is { Length: > MaxDetailLength } ? outcome.Detail[..MaxDetailLength] : outcome.Detail ?? "";
        return outcome.Kind switch
        {
            OutcomeKind.Done => ResultCheck.Fault(assignment) is { } fault ? Refuse(assignment, fault) : assignment.FinishGood(),
            OutcomeKind.BadInput when InputFault.Words.Contains(detail) => assignment.Finish(new AttemptResult.BadInput(detail), s_noted),
            OutcomeKind.BadInput => Refuse(assignment, $"'{detail}' is not one of the network's words for bad input"),
            OutcomeKind.Refused => Fail(assignment, AttemptFault.Refused, $"it refused: {detail}"),
            OutcomeKind.TranscoderFailed => Fail(assignment, AttemptFault.TranscoderFailed, $"its transcoder broke down: {detail}"),
            _ => Fail(assignment, AttemptFault.WorkerFailed, $"it failed: {detail}"),
        };
    }

    private static Task<OutcomeVerdict> Fail(LiveAssignment assignment, AttemptFault fault, string reason) =>
        assignment.Finish(new AttemptResult.Failed(fault, reason), s_noted);

    private static Task<OutcomeVerdict> Refuse(LiveAssignment assignment, string reason) =>
        assignment.Finish(new AttemptResult.Failed(AttemptFault.ResultRefused, $"its result was refused: {reason}"), new OutcomeVerdict(false, reason));

    internal LiveAssignment? Authorize(HttpContext context, string id)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(BearerPrefix, StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return null;
        }

        if (!AssignmentId.TryParse(id, out var assignmentId) || book.Find(assignmentId) is not { } assignment)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return null;
        }

        if (!assignment.HasToken(header.AsSpan(BearerPrefix.Length)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return null;
        }

        return assignment;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A rendition was turned away: {Reason}")]
    private partial void LogSpoolFull(string reason);
}
