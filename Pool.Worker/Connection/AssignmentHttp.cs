using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>The byte paths and the outcome path of an assignment (<c>docs/protocol.md</c>, Bytes). Every failure is a <see cref="LinkException"/>.</summary>
internal sealed class AssignmentHttp : IDisposable
{
    /// <summary>How long a TCP and TLS connection to the pool may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt to post an outcome may take.</summary>
    public static readonly TimeSpan OutcomeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>An outcome that got no answer is sent again this often; the pool takes it once.</summary>
    public const int OutcomeRetries = 2;

    private const int MaxAnswerBytes = 64 * 1024;
    private const string Scheme = "Bearer";
    private const string BytesType = "application/octet-stream";
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(2);

    private readonly PoolAddress _pool;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly RenewableConnections _connections;
    private readonly HttpClient _client;

    public AssignmentHttp(PoolAddress pool, TimeProvider time, Random random)
    {
        (_pool, _time, _random) = (pool, time, random);
        _connections = new RenewableConnections(Open);

        // The assignment's deadline bounds every request; HttpClient's own limit would cut long uploads.
        _client = new HttpClient(_connections) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>Requests that begin from now on go over new connections: the old ones may be dead, however open they look.</summary>
    public void RenewConnections() => _connections.Renew();

    /// <summary>Begins to fetch the segment, which accepts the assignment.</summary>
    public async Task<SegmentStream> FetchAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, WorkerLink.SegmentPath(assignment.AssignmentId), assignment);
        var response = await SendAsync(request, "The segment could not be fetched", cancellationToken);
        try
        {
            Expect(response, HttpStatusCode.OK, "The segment could not be fetched");
            if (response.Content.Headers.ContentLength is { } length && length != assignment.SegmentBytes)
            {
                throw new LinkException($"The pool announced a segment of {assignment.SegmentBytes} bytes and sends {length}");
            }

            return new SegmentStream(response, await response.Content.ReadAsStreamAsync(cancellationToken), assignment.SegmentBytes);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Uploads a rendition; ends when the pool has all of it.</summary>
    public async Task UploadAsync(Assignment assignment, int index, HttpContent bytes, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, WorkerLink.RenditionPath(assignment.AssignmentId, index), assignment);
        request.Content = bytes;
        bytes.Headers.ContentType = new MediaTypeHeaderValue(BytesType);
        var complaint = $"Rendition {index} could not be uploaded";
        using var response = await SendAsync(request, complaint, cancellationToken);
        Expect(response, HttpStatusCode.NoContent, complaint);
    }

    /// <summary>Uploads a rendition's perceptual hash.</summary>
    public async Task SignAsync(Assignment assignment, int index, HttpContent bytes, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, WorkerLink.SignaturePath(assignment.AssignmentId, index), assignment);
        request.Content = bytes;
        bytes.Headers.ContentType = new MediaTypeHeaderValue(BytesType);
        var complaint = $"The signature of rendition {index} could not be uploaded";
        using var response = await SendAsync(request, complaint, cancellationToken);
        Expect(response, HttpStatusCode.NoContent, complaint);
    }

    /// <summary>Posts an outcome. Safe to repeat, so it is repeated a few times when there was no answer.</summary>
    public async Task<OutcomeVerdict> PostAsync(Assignment assignment, AssignmentOutcome outcome, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(s_firstRetry, s_longestRetry, _random);
        for (var retries = 0; ; retries++)
        {
            try
            {
                return await PostOnceAsync(assignment, outcome, cancellationToken);
            }
            catch (LinkException failure) when (failure.NoAnswer && retries < OutcomeRetries)
            {
                await Task.Delay(backoff.Next(), _time, cancellationToken);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private SocketsHttpHandler Open() => new()
    {
        ConnectTimeout = ConnectTimeout,
        AllowAutoRedirect = false,   // a token is for the pool that gave it, nobody else
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        SslOptions = { RemoteCertificateValidationCallback = _pool.Trust.Accepts },
    };

    private async Task<OutcomeVerdict> PostOnceAsync(Assignment assignment, AssignmentOutcome outcome, CancellationToken cancellationToken)
    {
        const string Complaint = "The outcome could not be told";
        using var limit = new CancellationTokenSource(OutcomeTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = Request(HttpMethod.Post, WorkerLink.OutcomePath(assignment.AssignmentId), assignment);
        request.Content = JsonContent.Create(outcome, options: WorkerLinkJson.Options);
        try
        {
            using var response = await SendAsync(request, Complaint, both.Token);
            Expect(response, HttpStatusCode.OK, Complaint);
            return await response.Content.ReadFromJsonAsync<OutcomeVerdict>(WorkerLinkJson.Options, both.Token)
                ?? throw new LinkException($"{Complaint}: the pool's answer is empty");
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LinkException($"{Complaint}: no answer within {OutcomeTimeout.TotalSeconds:0} s", late) { NoAnswer = true };
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new LinkException($"{Complaint}: {_pool.Trust.Explain(broken)}", broken) { NoAnswer = true };
        }
        catch (JsonException unreadable)
        {
            throw new LinkException($"{Complaint}: the pool's answer is not JSON", unreadable);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, Assignment assignment)
    {
        var request = new HttpRequestMessage(method, _pool.At(path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(Scheme, assignment.Token);
        request.Headers.ExpectContinue = false;
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string complaint, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new LinkException($"{complaint}: {_pool.Trust.Explain(broken)}", broken) { NoAnswer = true };
        }
    }

    private static void Expect(HttpResponseMessage response, HttpStatusCode expected, string complaint)
    {
        if (response.StatusCode != expected)
        {
            throw new LinkException($"{complaint}: the pool answered {(int)response.StatusCode} {Sentence.Printable(response.ReasonPhrase)}".TrimEnd());
        }
    }
}
