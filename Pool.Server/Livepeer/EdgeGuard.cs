using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Livepeer;

/// <summary>
/// Stands before everything a gateway can reach: bounds the requests that one address makes in a second and has with us at once, and is the
/// last to catch what goes wrong, so that neither a flood nor a fault of ours fills the logs.
/// </summary>
internal sealed partial class EdgeGuard(IOptions<EdgeOptions> options, RequestPace pace, TimeProvider time, ILogger<EdgeGuard> logger)
{
    private static readonly SegmentRefusal s_tooMany = new(StatusCodes.Status503ServiceUnavailable, "too many requests at once");
    private static readonly SegmentRefusal s_tooFast = new(StatusCodes.Status429TooManyRequests, "too many requests in a second");

    private readonly Tally _requests = new(options.Value.MaxRequestsPerAddress);
    private readonly LogThrottle _log = new(time);
    private readonly LogThrottle _refusals = new(time, perSecond: 1);
    private long _faults;

    /// <summary>Requests that an address has with us now.</summary>
    public long RequestsOf(string address) => _requests.Of(address);

    /// <summary>Requests that ended in a fault of ours since the start.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var address = RemoteAddress.KeyOf(context.Connection.RemoteIpAddress);
        if (!pace.TryTake(address))
        {
            context.Response.Headers.RetryAfter = "1";
            await RefuseAsync(context, s_tooFast, address, $"{EdgeOptions.Section}:{nameof(EdgeOptions.MaxRequestsPerSecondPerAddress)}");
            return;
        }

        if (!_requests.TryTake(address))
        {
            await RefuseAsync(context, s_tooMany, address, $"{EdgeOptions.Section}:{nameof(EdgeOptions.MaxRequestsPerAddress)}");
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception broken) when (IsTheirs(context, broken))
        {
            // Nobody is there any more to be told, or what came is no HTTP.
            context.Abort();
        }
        catch (Exception fault)
        {
            Interlocked.Increment(ref _faults);
            if (_log.TryPass(out var withheld))
            {
                LogFault(fault, context.Request.Path, withheld);
            }

            await FailAsync(context);
        }
        finally
        {
            _requests.GiveBack(address);
        }
    }

    private static bool IsTheirs(HttpContext context, Exception broken) =>
        context.RequestAborted.IsCancellationRequested || broken is ConnectionResetException or ConnectionAbortedException or BadHttpRequestException;

    private static async Task FailAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        await SegmentRefusal.InternalError.WriteAsync(context);
    }

    private Task RefuseAsync(HttpContext context, SegmentRefusal refusal, string address, string limit)
    {
        if (_refusals.TryPass(out var withheld))
        {
            LogRefused(address, limit, withheld);
        }

        if (!GrpcUnary.IsGrpc(context.Request))
        {
            return refusal.WriteAsync(context);
        }

        GrpcUnary.Refuse(context, GrpcStatus.ResourceExhausted, refusal.Text);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request of {Address} was refused: {Limit} is reached ({Withheld} like messages were not written)")]
    private partial void LogRefused(string address, string limit, long withheld);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request for {Path} ended in a fault of ours ({Withheld} like messages were not written)")]
    private partial void LogFault(Exception fault, string path, long withheld);
}
