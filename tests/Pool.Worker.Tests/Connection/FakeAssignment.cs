using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Tests.Connection;

/// <summary>A segment the fake pool handed out, and what came back.</summary>
internal sealed class FakeAssignment(Assignment message, byte[] segment)
{
    private readonly TaskCompletionSource _fetched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstBytes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _uploads;
    private readonly TaskCompletionSource _uploadsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<AssignmentOutcome> _outcomes = Channel.CreateUnbounded<AssignmentOutcome>();

    public Assignment Message { get; set; } = message;

    public byte[] Segment { get; } = segment;

    /// <summary>Renditions that came whole.</summary>
    public ConcurrentDictionary<int, byte[]> Renditions { get; } = new();

    /// <summary>Signatures that came.</summary>
    public ConcurrentDictionary<int, byte[]> Signatures { get; } = new();

    public int SignatureStatus { get; set; } = StatusCodes.Status204NoContent;

    /// <summary>Uploads that broke off.</summary>
    public ConcurrentDictionary<int, bool> BrokenUploads { get; } = new();

    /// <summary>Completes when bytes of a rendition are here.</summary>
    public Task FirstBytes => _firstBytes.Task.WaitAsync(Patience.Limit);

    /// <summary>The pool answers a fetch only when this has completed.</summary>
    public Task MayFetch { get; set; } = Task.CompletedTask;

    /// <summary>Completes when the worker has begun to fetch.</summary>
    public Task Fetched => _fetched.Task.WaitAsync(Patience.Limit);

    /// <summary>The pool reads uploads only when this has completed.</summary>
    public Task MayRead { get; set; } = Task.CompletedTask;

    public int FetchStatus { get; set; } = StatusCodes.Status200OK;

    public int UploadStatus { get; set; } = StatusCodes.Status204NoContent;

    public bool BreakUploads { get; set; }

    /// <summary>So many outcomes are taken, and then the connection breaks before the answer.</summary>
    public int OutcomesToBreak { get; set; }

    /// <summary>Runs before an outcome is answered.</summary>
    public Func<Task> BeforeVerdict { get; set; } = () => Task.CompletedTask;

    public OutcomeVerdict Verdict { get; set; } = new(true, null);

    /// <summary>Outcomes that came and nobody has asked for.</summary>
    public int WaitingOutcomes => _outcomes.Reader.Count;

    public static FakeAssignment Create(byte[] segment, int renditions, TimeSpan deadline)
    {
        var profiles = Enumerable.Range(0, renditions)
            .Select(index => new VideoProfile { Name = $"P{index}", Width = 640, Height = 360, BitrateBps = 800_000 })
            .ToList();
        var message = new Assignment(
            Guid.NewGuid(), Convert.ToHexStringLower(Guid.NewGuid().ToByteArray()), "session", segment.Length,
            DurationMilliseconds: 2000, profiles, Clip: null, ForceReinit: false, (int)deadline.TotalMilliseconds);
        return new FakeAssignment(message, segment);
    }

    public Task<AssignmentOutcome> NextOutcomeAsync() => _outcomes.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    public async Task FetchAsync(HttpContext context)
    {
        _fetched.TrySetResult();
        await MayFetch.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = FetchStatus;
        if (FetchStatus == StatusCodes.Status200OK)
        {
            await context.Response.BodyWriter.WriteAsync(Segment);
        }
    }

    public async Task UploadAsync(HttpContext context, int index)
    {
        try
        {
            await TakeUploadAsync(context, index);
        }
        finally
        {
            if (Interlocked.Increment(ref _uploads) == Message.Profiles.Count)
            {
                _uploadsEnded.TrySetResult();
            }
        }
    }

    private async Task TakeUploadAsync(HttpContext context, int index)
    {
        await MayRead;
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
            {
                whole.Write(buffer, 0, count);
                _firstBytes.TrySetResult();
                if (BreakUploads)
                {
                    context.Abort();
                    return;
                }
            }
        }
        catch (Exception broken) when (broken is IOException or BadHttpRequestException)
        {
            BrokenUploads[index] = true;
            throw;
        }

        Renditions[index] = whole.ToArray();
        context.Response.StatusCode = UploadStatus;
    }

    public async Task SignAsync(HttpContext context, int index)
    {
        using var whole = new MemoryStream();
        await context.Request.Body.CopyToAsync(whole);
        Signatures[index] = whole.ToArray();
        context.Response.StatusCode = SignatureStatus;
    }

    public async Task FinishAsync(HttpContext context)
    {
        var outcome = await context.Request.ReadFromJsonAsync<AssignmentOutcome>(WorkerLinkJson.Options);
        if (outcome!.Kind == OutcomeKind.Done)
        {
            // As the pool does: the last bytes may be on their way beside the outcome.
            await _uploadsEnded.Task.WaitAsync(context.RequestAborted);
        }

        _outcomes.Writer.TryWrite(outcome);
        await BeforeVerdict();
        if (OutcomesToBreak > 0)
        {
            OutcomesToBreak--;
            context.Abort();
            return;
        }

        await context.Response.WriteAsJsonAsync(Verdict, WorkerLinkJson.Options);
    }
}

internal static class FakeAssignmentRoutes
{
    /// <summary>The byte paths, at exactly the paths the contracts name.</summary>
    public static void MapAssignments(this WebApplication app, FakePool pool) => app.Map("/worker/{**rest}", async context =>
    {
        foreach (var assignment in pool.Assignments.Values)
        {
            if (await TryHandleAsync(context, assignment))
            {
                return;
            }
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    });

    private static async Task<bool> TryHandleAsync(HttpContext context, FakeAssignment assignment)
    {
        var id = assignment.Message.AssignmentId;
        var call = $"{context.Request.Method} {context.Request.Path}";
        var isAuthorized = string.Equals(context.Request.Headers.Authorization, $"Bearer {assignment.Message.Token}", StringComparison.Ordinal);
        var rendition = Enumerable.Range(0, assignment.Message.Profiles.Count)
            .FirstOrDefault(index => Is(call, "PUT", WorkerLink.RenditionPath(id, index)), -1);
        var signature = Enumerable.Range(0, assignment.Message.Profiles.Count)
            .FirstOrDefault(index => Is(call, "PUT", WorkerLink.SignaturePath(id, index)), -1);
        Func<Task>? handle = Is(call, "GET", WorkerLink.SegmentPath(id)) ? () => assignment.FetchAsync(context)
            : Is(call, "POST", WorkerLink.OutcomePath(id)) ? () => assignment.FinishAsync(context)
            : rendition >= 0 ? () => assignment.UploadAsync(context, rendition)
            : signature >= 0 ? () => assignment.SignAsync(context, signature)
            : null;
        if (handle is null)
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        if (isAuthorized)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            await handle();
        }

        return true;
    }

    private static bool Is(string call, string method, string path) => string.Equals(call, $"{method} {path}", StringComparison.Ordinal);
}
