using Microsoft.AspNetCore.Http.Features;
using Pool.Server.Node;
using Pool.Server.Segments;

namespace Pool.Server.Dispatch;

/// <summary>The byte path of a rendition's perceptual hash (<c>docs/protocol.md</c>, Bytes).</summary>
internal sealed partial class SignatureEndpoint(AssignmentEndpoints assignments, Spool spool, TimeProvider time, ILogger<SignatureEndpoint> logger)
{
    private readonly LogThrottle _log = new(time);

    public async Task UploadAsync(HttpContext context, string id, int index)
    {
        if (assignments.Authorize(context, id) is { } assignment)
        {
            context.Response.StatusCode = await UploadAsync(context, assignment, index);
        }
    }

    private async Task<int> UploadAsync(HttpContext context, LiveAssignment assignment, int index)
    {
        if (!assignment.Work.IsSignatureWanted || index < 0 || index >= assignment.Work.Profiles.Count)
        {
            return StatusCodes.Status404NotFound;
        }

        if (assignment.IsOver)
        {
            return StatusCodes.Status410Gone;
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = SignatureUpload.MaxBytes;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, assignment.Over);
        try
        {
            var signature = await SignatureUpload.ReceiveAsync(context.Request.BodyReader, spool, stop.Token);
            if (signature.Length > 0 && assignment.TryPlaceSignature(index, signature))
            {
                return StatusCodes.Status204NoContent;
            }

            spool.Delete(signature);
            return assignment.IsOver ? StatusCodes.Status410Gone : StatusCodes.Status409Conflict;
        }
        catch (OperationCanceledException) when (assignment.IsOver)
        {
            return StatusCodes.Status410Gone;
        }
        catch (Exception large) when (large is TooManyBytesException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            return StatusCodes.Status413PayloadTooLarge;
        }
        catch (SpoolFullException full)
        {
            if (_log.TryPass(out var withheld))
            {
                LogSpoolFull(full.Message, withheld);
            }

            return StatusCodes.Status507InsufficientStorage;
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or BadHttpRequestException)
        {
            return StatusCodes.Status400BadRequest;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A perceptual hash was turned away: {Reason} ({Withheld} like messages were not written)")]
    private partial void LogSpoolFull(string reason, long withheld);
}
