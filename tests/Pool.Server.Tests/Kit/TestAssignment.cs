using System.Net.Http.Headers;
using System.Net.Http.Json;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Kit;

/// <summary>A segment in a worker's hands, and everything the worker may do with it over HTTP.</summary>
internal sealed class TestAssignment(Assignment message, HttpClient http)
{
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Assignment Message { get; } = message;

    /// <summary>The worker's own work on it, when it works by itself.</summary>
    public Task Working { get; set; } = Task.CompletedTask;

    /// <summary>Completes when the pool has taken it back.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(Patience.Limit);

    /// <summary>Fetches, uploads the renditions and says that it is done.</summary>
    public static async Task<OutcomeVerdict> AnswerAsync(TestAssignment assignment, IReadOnlyList<byte[]>? renditions = null)
    {
        using var fetched = await assignment.FetchAsync();
        fetched.EnsureSuccessStatusCode();
        foreach (var (index, bytes) in (renditions ?? TestJob.GoodRenditions).Index())
        {
            using var uploaded = await assignment.UploadAsync(index, bytes);
            uploaded.EnsureSuccessStatusCode();
        }

        return await assignment.FinishAsync(OutcomeKind.Done);
    }

    /// <summary>The segment's bytes.</summary>
    public Task<HttpResponseMessage> FetchAsync(string? token = null) => SendAsync(HttpMethod.Get, WorkerLink.SegmentPath(Message.AssignmentId), null, token);

    public Task<HttpResponseMessage> UploadAsync(int index, byte[] rendition, string? token = null) =>
        SendAsync(HttpMethod.Put, WorkerLink.RenditionPath(Message.AssignmentId, index), new ByteArrayContent(rendition), token);

    /// <summary>Uploads a body of the test's own making.</summary>
    public Task<HttpResponseMessage> UploadAsync(int index, HttpContent rendition) =>
        SendAsync(HttpMethod.Put, WorkerLink.RenditionPath(Message.AssignmentId, index), rendition, null);

    /// <summary>Uploads a perceptual hash.</summary>
    public Task<HttpResponseMessage> SignAsync(int index, byte[] signature, string? token = null) =>
        SendAsync(HttpMethod.Put, WorkerLink.SignaturePath(Message.AssignmentId, index), new ByteArrayContent(signature), token);

    public Task<HttpResponseMessage> PostOutcomeAsync(HttpContent outcome, string? token = null) =>
        SendAsync(HttpMethod.Post, WorkerLink.OutcomePath(Message.AssignmentId), outcome, token);

    /// <summary>Says how it ended; the pool's verdict.</summary>
    public async Task<OutcomeVerdict> FinishAsync(OutcomeKind kind, string detail = "")
    {
        using var response = await PostOutcomeAsync(JsonContent.Create(new AssignmentOutcome(kind, detail, TestJob.Frames, 1), options: WorkerLinkJson.Options));
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<OutcomeVerdict>(WorkerLinkJson.Options)
            ?? throw new InvalidOperationException("The pool answered no verdict.");
    }

    internal void Cancel() => _cancelled.TrySetResult();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, string? token)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Message.Token);
        return await http.SendAsync(request).WaitAsync(Patience.Limit);
    }
}
