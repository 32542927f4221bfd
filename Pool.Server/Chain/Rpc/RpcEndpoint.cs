using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pool.Server.Chain.Rpc;

/// <summary>One JSON-RPC endpoint over HTTP: asks, and reads what comes back, bounded in time and size. Never repeats anything.</summary>
internal sealed class RpcEndpoint : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly RpcLimits _limits;
    private readonly TimeProvider _time;
    private long _lastId;

    public RpcEndpoint(Uri url, RpcLimits limits, TimeProvider time)
    {
        (_limits, _time) = (limits, time);
        Name = ShownName(url);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirection would carry the credentials to somebody else.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = limits.Attempt,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (url.UserInfo.Length > 0)
        {
            var credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo));
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        _url = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
    }

    /// <summary>Scheme, host and port: what of the URL may be shown. Providers put their keys into the path.</summary>
    public string Name { get; }

    /// <summary>What of an endpoint's URL may be shown.</summary>
    public static string ShownName(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>Asks everything in one request.</summary>
    /// <returns>The answers in the order of the questions.</returns>
    /// <exception cref="EndpointException">The endpoint gave no answer that can be used.</exception>
    public async Task<IReadOnlyList<RpcReply>> AskAsync(IReadOnlyList<RpcQuestion> questions, CancellationToken cancellationToken)
    {
        var firstId = Interlocked.Add(ref _lastId, questions.Count) - questions.Count + 1;
        var answer = await PostAsync(Write(questions, firstId), cancellationToken);
        return Read(answer, firstId, questions.Count);
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Write(IReadOnlyList<RpcQuestion> questions, long firstId)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            // One question alone goes without the list around it: every node takes that.
            if (questions.Count > 1)
            {
                writer.WriteStartArray();
            }

            for (var index = 0; index < questions.Count; index++)
            {
                Write(writer, questions[index], firstId + index);
            }

            if (questions.Count > 1)
            {
                writer.WriteEndArray();
            }
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, RpcQuestion question, long id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc", "2.0");
        writer.WriteNumber("id", id);
        writer.WriteString("method", question.Method);
        writer.WriteStartArray("params");
        foreach (var argument in question.Arguments)
        {
            if (argument is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                argument.WriteTo(writer);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Puts the answers, which may come in any order, into that of the questions.</summary>
    private static RpcReply[] Read(JsonElement answer, long firstId, int count)
    {
        if (count == 1)
        {
            return [Reply(answer, firstId, 1, out _)];
        }

        if (answer.ValueKind == JsonValueKind.Object && RpcJson.Optional(answer, "error") is { } refused)
        {
            // The batch as a whole was refused.
            throw RpcError.Read(refused).ToException();
        }

        var replies = new RpcReply?[count];
        foreach (var element in RpcJson.List(answer))
        {
            var reply = Reply(element, firstId, count, out var index);
            replies[index] = replies[index] is null ? reply : throw RpcJson.Wrong("two answers to one question");
        }

        return [.. replies.Select(reply => reply ?? throw RpcJson.Wrong("a question without an answer"))];
    }

    private static RpcReply Reply(JsonElement element, long firstId, int count, out int index)
    {
        var error = RpcJson.Optional(element, "error");
        if (RpcJson.Optional(element, "id") is not { ValueKind: JsonValueKind.Number } id || !id.TryGetInt64(out var number) ||
            number < firstId || number >= firstId + count)
        {
            // A node that could not even read the question's id still says why.
            throw error is { } reason ? RpcError.Read(reason).ToException() : RpcJson.Wrong("an answer to another question");
        }

        index = (int)(number - firstId);
        if (error is { } known)
        {
            return new RpcReply(default, RpcError.Read(known));
        }

        return RpcJson.Find(element, "result") is { } result
            ? new RpcReply(result, null)
            : throw RpcJson.Wrong("neither a result nor an error");
    }

    private async Task<JsonElement> PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var lapse = new CancellationTokenSource(_limits.Attempt, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(lapse.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            RequireAnswer(response);
            return Parse(await ReadAsync(response.Content, stop.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Ours, or that of connecting, which may be a moment earlier.
            throw new EndpointException($"no answer within {_limits.Attempt.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException fault)
        {
            throw new EndpointException($"it cannot be reached: {RpcError.OneLine(fault.Message)}", fault) { WasNeverSent = IsBeforeSending(fault.HttpRequestError) };
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            // The second is what broken compression is answered with.
            throw new EndpointException($"its answer broke off: {RpcError.OneLine(fault.Message)}", fault);
        }
    }

    /// <summary>Some nodes answer errors with status 400; with every other status but success there is no answer of theirs.</summary>
    private static void RequireAnswer(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.BadRequest)
        {
            throw new EndpointException(response.StatusCode == HttpStatusCode.TooManyRequests ? "it limits the rate (HTTP 429)" : $"HTTP {(int)response.StatusCode}");
        }
    }

    private static bool IsBeforeSending(HttpRequestError error) =>
        error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > _limits.AnswerBytes)
        {
            throw TooLarge();
        }

        using var buffer = new MemoryStream();
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var piece = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(piece, cancellationToken)) > 0)
        {
            if (buffer.Length + read > _limits.AnswerBytes)
            {
                throw TooLarge();
            }

            buffer.Write(piece.AsSpan(0, read));
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(answer.Span);
        }
        catch (JsonException fault)
        {
            throw new EndpointException("its answer is not JSON", fault);
        }
    }

    private EndpointException TooLarge() => new($"its answer has more than {_limits.AnswerBytes} bytes") { IsTooLarge = true };
}
