using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>A node on a real socket that says what a test wants it to say, as badly as it wants.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly int _port;

    private FakeNode(WebApplication app, int port)
    {
        (_app, _port) = (app, port);
        _app.Run(ServeAsync);
    }

    /// <summary>Which chain it says it is on.</summary>
    public ulong ChainId { get; set; } = 31337;

    /// <summary>Its newest block.</summary>
    public ulong Head { get; set; } = 100;

    /// <summary>Answers a question that is about neither the chain nor the newest block: a result, or a <see cref="FakeError"/>.</summary>
    public Func<string, JsonArray, JsonNode?> Answer { get; set; } = (method, _) => throw new FakeError(-32601, $"the method {method} does not exist");

    /// <summary>What happens to a request before it is answered; true when that was all.</summary>
    public Func<HttpContext, Task<bool>> Weather { get; set; } = _ => Task.FromResult(false);

    /// <summary>What becomes of the answers before they are sent.</summary>
    public Func<JsonNode, JsonNode> Garble { get; set; } = answer => answer;

    /// <summary>What becomes of the bytes of an answer.</summary>
    public Func<byte[], byte[]> Damage { get; set; } = bytes => bytes;

    /// <summary>Methods it was asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The Authorization header of the last request.</summary>
    public string? Authorization { get; private set; }

    public Uri Url => new($"http://127.0.0.1:{_port}");

    public static async Task<FakeNode> StartAsync()
    {
        var port = FreePort.Next();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var node = new FakeNode(builder.Build(), port);
        await node._app.StartAsync();
        return node;
    }

    /// <summary>Questions of one method that it was asked.</summary>
    public int Times(string method) => Asked.Count(asked => asked == method);

    /// <summary>A block as a node describes it.</summary>
    public static JsonObject Block(ulong number, ulong? l1 = null)
    {
        var block = new JsonObject
        {
            ["number"] = $"0x{number:x}",
            ["hash"] = $"0x{number:x64}",
            ["parentHash"] = $"0x{(number == 0 ? 0 : number - 1):x64}",
            ["timestamp"] = $"0x{1_700_000_000 + number:x}",
            ["baseFeePerGas"] = "0x3b9aca00",
        };
        if (l1 is { } known)
        {
            block["l1BlockNumber"] = $"0x{known:x}";
        }

        return block;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        Authorization = context.Request.Headers.Authorization;
        var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        foreach (var question in request is JsonArray list ? list : [request])
        {
            Asked.Enqueue((string)question!["method"]!);
        }

        if (await Weather(context))
        {
            return;
        }

        var answers = request is JsonArray questions
            ? new JsonArray([.. questions.Select(question => (JsonNode)AnswerTo(question!))])
            : (JsonNode)AnswerTo(request!);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Damage(Encoding.UTF8.GetBytes(Garble(answers).ToJsonString())));
    }

    private JsonObject AnswerTo(JsonNode question)
    {
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = question["id"]!.DeepClone() };
        try
        {
            answer["result"] = ((string)question["method"]!, (JsonArray)question["params"]!) switch
            {
                ("eth_chainId", _) => $"0x{ChainId:x}",
                ("eth_blockNumber", _) => $"0x{Head:x}",
                ("eth_getBlockByNumber", [JsonValue tag, ..]) when (string)tag! == "latest" => Block(Head),
                (var method, var arguments) => Answer(method, arguments),
            };
        }
        catch (FakeError error)
        {
            answer["error"] = new JsonObject { ["code"] = error.Code, ["message"] = error.Message, ["data"] = error.Detail?.DeepClone() };
        }

        return answer;
    }
}

/// <summary>What a node answers instead of a result.</summary>
internal sealed class FakeError(int code, string message, JsonNode? detail = null) : Exception(message)
{
    public int Code => code;

    public JsonNode? Detail => detail;
}

/// <summary>Keeps what is logged.</summary>
internal sealed class KeptLog<T> : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception) + exception);
}
