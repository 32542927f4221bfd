using Microsoft.Extensions.Logging;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Connection;

/// <summary>Works on one assignment: fetches the segment, has it transcoded, uploads the renditions while they grow.</summary>
internal sealed partial class AssignmentRunner(AssignmentHttp http, ITranscoder transcoder, TimeProvider time, ILogger<AssignmentRunner> logger)
{
    /// <summary>Renditions of one segment; far above what gateways ask for, so that a wrong message cannot open a thousand uploads.</summary>
    public const int MaxRenditions = 64;

    /// <summary>Does the work.</summary>
    /// <param name="assignment">What to do; its deadline counts from now.</param>
    /// <param name="tell">Reports the outcome, beside the last bytes on their way; not called when the work was cancelled and nobody waits for one.</param>
    /// <param name="cancelled">The pool withdrew it, or the connection it came over is lost.</param>
    public async Task WorkAsync(Assignment assignment, Func<AssignmentOutcome, Task> tell, CancellationToken cancelled)
    {
        if (Mistake(assignment) is { } mistake)
        {
            await tell(Failed(mistake));
            return;
        }

        var limit = TimeSpan.FromMilliseconds(assignment.DeadlineMilliseconds);
        using var deadline = new CancellationTokenSource(limit, time);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(cancelled, deadline.Token);
        await using var uploads = new RenditionUploads(http, assignment, work);
        var outcome = await TranscodeAsync(assignment, uploads, work);
        if (outcome.Kind != OutcomeKind.Done)
        {
            // Before the pool hears why: it must not have a request left to wait for. Whole ones may end beside the outcome.
            await uploads.DisposeAsync();
        }

        if (!cancelled.IsCancellationRequested)
        {
            // Whatever broke when the time was up broke because of it.
            await tell(deadline.IsCancellationRequested && outcome.Kind != OutcomeKind.Done
                ? Failed($"The deadline of {limit.TotalSeconds:0.0} s passed")
                : outcome);
        }
    }

    private async Task<AssignmentOutcome> TranscodeAsync(Assignment assignment, RenditionUploads uploads, CancellationTokenSource work)
    {
        try
        {
            await using var segment = await http.FetchAsync(assignment, work.Token);
            return await TranscodeAsync(assignment, segment, uploads, work.Token);
        }
        catch (LinkException failure)
        {
            return Failed(uploads.Failure ?? failure.Message);
        }
        catch (OperationCanceledException)
        {
            return Failed(uploads.Failure ?? "The work was cancelled");
        }
        catch (Exception unexpected)
        {
            // A transcoder that breaks costs this segment and no other.
            LogUnexpected(unexpected, assignment.AssignmentId);
            return uploads.Failure is { } failure ? Failed(failure) : BrokeDown($"The transcoder broke: {Sentence.Of(unexpected)}");
        }
    }

    private async Task<AssignmentOutcome> TranscodeAsync(
        Assignment assignment, SegmentStream segment, RenditionUploads uploads, CancellationToken cancellationToken)
    {
        var job = new TranscodeJob(
            assignment.SessionId, segment, assignment.SegmentBytes, assignment.Profiles, assignment.Clip, assignment.ForceReinit)
        {
            Duration = TimeSpan.FromMilliseconds(assignment.DurationMilliseconds),
            IsSignatureWanted = assignment.IsSignatureWanted,
        };
        var result = await transcoder.TranscodeAsync(job, uploads, cancellationToken);

        // A transcoder cannot tell a broken link from a broken segment: what the link knows comes first.
        if (uploads.Failure is { } uploadFailure)
        {
            return Failed(uploadFailure);
        }

        if (segment.Fault is { } fault)
        {
            return Failed(fault);
        }

        switch (result)
        {
            case TranscodeOutcome.Done done:
                await uploads.SentAsync();
                cancellationToken.ThrowIfCancellationRequested();
                return uploads.Failure is { } late ? Failed(late) : new AssignmentOutcome(OutcomeKind.Done, "", done.DecodedFrames, (long)done.Elapsed.TotalMilliseconds);
            case TranscodeOutcome.BadInput bad when InputFault.Words.Contains(bad.Word):
                return new AssignmentOutcome(OutcomeKind.BadInput, bad.Word, 0, 0);
            case TranscodeOutcome.BadInput unknown:
                return BrokeDown($"The transcoder blamed the segment in words the network does not know: {Sentence.Printable(unknown.Word)}");
            case TranscodeOutcome.Failed failed:
                return BrokeDown(Sentence.Printable(failed.Reason));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>What is wrong with an assignment as the pool wrote it, or null.</summary>
    private static string? Mistake(Assignment assignment)
    {
        if (assignment.Profiles is not { Count: > 0 and <= MaxRenditions })
        {
            return $"An assignment has 1 to {MaxRenditions} profiles";
        }

        return assignment.SegmentBytes > 0 && assignment.DeadlineMilliseconds > 0
            ? null
            : "The assignment's length and deadline must be above zero";
    }

    private static AssignmentOutcome Failed(string reason) => new(OutcomeKind.WorkerFailed, reason, 0, 0);

    /// <summary>The transcoder had the whole segment or the link was well: whether the device or the segment is to blame, the pool finds out.</summary>
    private static AssignmentOutcome BrokeDown(string reason) => new(OutcomeKind.TranscoderFailed, reason, 0, 0);

    [LoggerMessage(Level = LogLevel.Error, Message = "Assignment {Assignment}: the transcoder broke")]
    private partial void LogUnexpected(Exception failure, Guid assignment);
}
