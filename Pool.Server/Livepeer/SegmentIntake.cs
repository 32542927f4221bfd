using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Shared.Ethereum;

namespace Pool.Server.Livepeer;

/// <summary>A segment in the spool whose hash is the one its gateway named; disposing deletes it.</summary>
internal sealed class TakenSegment(Spool spool, SpoolFile source, byte[] hash, HeldBytes held) : IDisposable
{
    public SpoolFile Source => source;

    /// <summary>Keccak-256 of its bytes.</summary>
    public byte[] Hash => hash;

    public void Dispose()
    {
        spool.Delete(source);
        held.Dispose();
    }
}

/// <summary>Steps 15 to 17 of protocol §4.2: the body, or what it points to, into the spool, bounded and hashed while it arrives.</summary>
internal sealed partial class SegmentIntake(
    Spool spool, SourceDownload download, SegmentBytes inFlight, IOptions<EdgeOptions> options, TimeProvider time, ILogger<SegmentIntake> logger)
{
    /// <summary>Largest segment of the network (protocol §1.4, common.MaxSegSize).</summary>
    public const long MaxSegmentBytes = 300_000_000;

    /// <summary>Content type of a body that is an address to download from, compared exactly (protocol §4.1).</summary>
    private const string UriContentType = "application/vnd+livepeer.uri";

    /// <summary>A gateway's whole call lasts four times the segment at the longest (protocol §1.4).</summary>
    private const int DurationMultiplier = 4;

    private readonly LogThrottle _log = new(time);

    /// <summary>Takes the segment of a request in.</summary>
    /// <returns>The segment, or why not: exactly one of the two.</returns>
    public async Task<(TakenSegment? Taken, SegmentRefusal? Refusal)> TakeAsync(HttpContext context, SegmentRequest request)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxSegmentBytes;
        using var late = new CancellationTokenSource(ReceiveTime(request), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, late.Token);
        var held = inFlight.Hold(RemoteAddress.KeyOf(context.Connection.RemoteIpAddress), request.SessionId);
        try
        {
            var isAddress = string.Equals(context.Request.ContentType, UriContentType, StringComparison.Ordinal);
            var (taken, refusal) = isAddress
                ? await DownloadAsync(context.Request.BodyReader, request, held, stop.Token)
                : await SpoolAsync(context.Request.BodyReader, request, held, stop.Token);
            if (taken is null)
            {
                held.Dispose();
            }

            return (taken, refusal);
        }
        catch (SpoolFullException full)
        {
            Log(full.Message);
        }
        catch (Exception broken) when (broken is IOException or BadHttpRequestException or OperationCanceledException)
        {
            // The gateway's connection broke, its body is too long, or it is too slow.
        }

        held.Dispose();
        return (null, SegmentRefusal.InternalError);
    }

    private TimeSpan ReceiveTime(SegmentRequest request)
    {
        var patience = TimeSpan.FromMilliseconds(request.DurationMilliseconds) * DurationMultiplier;
        return patience > options.Value.ReceiveTime ? patience : options.Value.ReceiveTime;
    }

    private async Task<(TakenSegment? Taken, SegmentRefusal? Refusal)> SpoolAsync(
        PipeReader body, SegmentRequest request, HeldBytes held, CancellationToken cancellationToken)
    {
        await using var file = spool.CreateSegment(MaxSegmentBytes);
        if (await CopyAsync(body, file, held, cancellationToken) is not { } hash)
        {
            Log("its address or its session has too many bytes with us (Edge:MaxSegmentBytesPerAddress, Edge:MaxSegmentBytesPerSession)");
            return (null, SegmentRefusal.InternalError);
        }

        return request.HasHash(hash)
            ? (new TakenSegment(spool, await file.CompleteAsync(), hash, held), null)
            : (null, SegmentRefusal.HashMismatch);
    }

    /// <summary>Step 16. Whatever goes wrong with a download is the network's BadRequest.</summary>
    private async Task<(TakenSegment? Taken, SegmentRefusal? Refusal)> DownloadAsync(
        PipeReader body, SegmentRequest request, HeldBytes held, CancellationToken cancellationToken)
    {
        if (await ReadUrlAsync(body, cancellationToken) is not { } url)
        {
            return (null, SegmentRefusal.BadRequest);
        }

        using var late = new CancellationTokenSource(SourceDownload.Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var response = await download.BeginAsync(url, stop.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentLength > MaxSegmentBytes)
            {
                return (null, SegmentRefusal.BadRequest);
            }

            var bytes = PipeReader.Create(await response.Content.ReadAsStreamAsync(stop.Token));
            return await SpoolAsync(bytes, request, held, stop.Token);
        }
        catch (Exception broken) when (broken is HttpRequestException or TooManyBytesException
            || (broken is IOException and not SpoolFullException)
            || (broken is OperationCanceledException && late.IsCancellationRequested))
        {
            return (null, SegmentRefusal.BadRequest);
        }
    }

    private async Task<Uri?> ReadUrlAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.IsCompleted || read.Buffer.Length > SourceDownload.MaxUrlBytes)
            {
                var isWhole = read.IsCompleted && read.Buffer.Length <= SourceDownload.MaxUrlBytes;
                var url = isWhole ? download.Read(System.Buffers.BuffersExtensions.ToArray(read.Buffer)) : null;
                body.AdvanceTo(read.Buffer.End);
                return url;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Copies and hashes in one pass; null when there are more bytes than may be held.</summary>
    private static async Task<byte[]?> CopyAsync(PipeReader body, SpoolWriter file, HeldBytes held, CancellationToken cancellationToken)
    {
        var keccak = new Keccak256();
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (!held.TryTake(read.Buffer.Length))
            {
                body.AdvanceTo(read.Buffer.End);
                return null;
            }

            foreach (var part in read.Buffer)
            {
                keccak.Append(part.Span);
                await file.WriteAsync(part, cancellationToken);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return keccak.Finish();
            }
        }
    }

    private void Log(string reason)
    {
        if (_log.TryPass(out var withheld))
        {
            LogTurnedAway(reason, withheld);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A segment was turned away: {Reason} ({Withheld} like messages were not written)")]
    private partial void LogTurnedAway(string reason, long withheld);
}
