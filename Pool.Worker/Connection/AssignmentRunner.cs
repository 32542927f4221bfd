using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Connection;

/// <summary>How an assignment went, for the owner's screen.</summary>
/// <param name="Kind">What we told the pool; null when the pool had called it off.</param>
/// <param name="Elapsed">From the assignment to the pool's verdict.</param>
/// <param name="Verdict">What the pool said; null when it could not be asked.</param>
internal sealed record AssignmentReport(Assignment Assignment, OutcomeKind? Kind, string Detail, TimeSpan Elapsed, OutcomeVerdict? Verdict);

/// <summary>Carries one assignment through: fetch, transcode, upload while it grows, say how it ended.</summary>
internal sealed class AssignmentRunner(HttpClient http, Uri pool, ITranscoder transcoder, TimeProvider time)
{
    /// <summary>An outcome is sent again only when the line broke; it is idempotent.</summary>
    private const int OutcomeAttempts = 3;

    private static readonly TimeSpan s_outcomePause = TimeSpan.FromMilliseconds(200);

    /// <param name="assignment">What to do.</param>
    /// <param name="cancelled">Cancelled when the pool calls the assignment off or the worker ends.</param>
    public async Task<AssignmentReport> RunAsync(Assignment assignment, CancellationToken cancelled)
    {
        var started = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(assignment.DeadlineMilliseconds), time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancelled, deadline.Token);
        AssignmentOutcome outcome;
        try
        {
            outcome = await TranscodeAsync(assignment, started, until.Token);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return new AssignmentReport(assignment, null, "called off", time.GetElapsedTime(started), null);
        }
        catch (OperationCanceledException)
        {
            outcome = Failed("the deadline passed", started);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            outcome = Failed(broken.Message, started);
        }

        var verdict = await SendAsync(assignment, outcome, cancelled);
        return new AssignmentReport(assignment, outcome.Kind, outcome.Detail, time.GetElapsedTime(started), verdict);
    }

    /// <summary>Says no at once, so that the pool asks somebody else.</summary>
    public Task RefuseAsync(Assignment assignment, string reason, CancellationToken cancellationToken) =>
        SendAsync(assignment, new AssignmentOutcome(OutcomeKind.Refused, reason, 0, 0), cancellationToken);

    private async Task<AssignmentOutcome> TranscodeAsync(Assignment assignment, long started, CancellationToken cancellationToken)
    {
        using var segment = await FetchAsync(assignment, cancellationToken);
        await using var bytes = await segment.Content.ReadAsStreamAsync(cancellationToken);
        var uploads = assignment.Profiles.Select((_, index) => new RenditionUpload(
            http, PoolConnection.Under(pool, WorkerLink.RenditionPath(assignment.AssignmentId, index)), assignment.Token, cancellationToken)).ToList();
        var isDone = false;
        try
        {
            var job = new TranscodeJob(
                assignment.SessionId, bytes, assignment.SegmentBytes, assignment.Profiles, assignment.Clip, assignment.ForceReinit);
            var result = await transcoder.TranscodeAsync(job, new Sink(uploads), cancellationToken);
            if (result is TranscodeOutcome.Done)
            {
                await Task.WhenAll(uploads.Select(upload => upload.Finished));
                isDone = true;
            }

            return Outcome(result, started);
        }
        finally
        {
            if (!isDone)
            {
                foreach (var upload in uploads)
                {
                    await upload.AbandonAsync();
                }
            }
        }
    }

    private async Task<HttpResponseMessage> FetchAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PoolConnection.Under(pool, WorkerLink.SegmentPath(assignment.AssignmentId)));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", assignment.Token);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK && response.Content.Headers.ContentLength == assignment.SegmentBytes)
        {
            return response;
        }

        using (response)
        {
            throw new HttpRequestException(
                $"the pool answered {(int)response.StatusCode} with {response.Content.Headers.ContentLength} bytes instead of a segment of {assignment.SegmentBytes}");
        }
    }

    private AssignmentOutcome Outcome(TranscodeOutcome result, long started) => result switch
    {
        TranscodeOutcome.Done done => new AssignmentOutcome(OutcomeKind.Done, "", done.DecodedFrames, (long)done.Elapsed.TotalMilliseconds),
        TranscodeOutcome.BadInput bad => new AssignmentOutcome(OutcomeKind.BadInput, bad.Word, 0, Milliseconds(started)),
        TranscodeOutcome.Failed failed => Failed(failed.Reason, started),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private AssignmentOutcome Failed(string reason, long started) => new(OutcomeKind.WorkerFailed, reason, 0, Milliseconds(started));

    private long Milliseconds(long started) => (long)time.GetElapsedTime(started).TotalMilliseconds;

    private async Task<OutcomeVerdict?> SendAsync(Assignment assignment, AssignmentOutcome outcome, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, PoolConnection.Under(pool, WorkerLink.OutcomePath(assignment.AssignmentId)))
                {
                    Content = JsonContent.Create(outcome, options: WorkerLinkJson.Options),
                };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", assignment.Token);
                using var response = await http.SendAsync(request, cancellationToken);
                return response.IsSuccessStatusCode
                    ? await response.Content.ReadFromJsonAsync<OutcomeVerdict>(WorkerLinkJson.Options, cancellationToken)
                    : null;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (HttpRequestException) when (attempt < OutcomeAttempts)
            {
                await Task.Delay(s_outcomePause * attempt, time, CancellationToken.None);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    private sealed class Sink(IReadOnlyList<RenditionUpload> uploads) : IRenditionSink
    {
        public ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct) => uploads[rendition].WriteAsync(bytes);

        public ValueTask CompleteAsync(int rendition, CancellationToken ct) => uploads[rendition].CompleteAsync();
    }
}
