using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pool.Gateway.Cli;
using Pool.Gateway.Media;
using Pool.Gateway.Output;
using Pool.Gateway.Streaming;

namespace Pool.Gateway.Push;

/// <summary>
/// A gateway's HTTP face (protocol §8.6): segments are pushed to <c>/live/{manifest}/{seq}.ts</c>, renditions come back in the answer or are
/// played at <c>/stream/{manifest}.m3u8</c>. Everybody may push: authentication is off.
/// </summary>
public sealed class PushServer(PushStreams streams, OutputFolder folder)
{
    private const string PlaylistType = "application/vnd.apple.mpegurl";

    /// <summary>Codecs the network can name (protocol §2.3).</summary>
    private static readonly string[] s_codecs = ["h264", "hevc", "vp8", "vp9"];

    /// <summary>Builds the server; the caller starts it.</summary>
    public WebApplication Build(IPEndPoint address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = SourceSegment.MaxBytes;
            // An encoder opens the request with a segment's first picture and ends it with its last: that is slow on purpose.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Map("/live/{**path}", PushAsync);
        app.MapGet("/stream/{name}.m3u8", MasterAsync);
        app.MapGet("/stream/{name}/{track}/{file}", FileAsync);
        return app;
    }

    private async Task PushAsync(HttpContext context)
    {
        if (context.Request.Method is not ("POST" or "PUT"))
        {
            await RefuseAsync(context, HttpStatusCode.MethodNotAllowed, "http push request wrong method");
            return;
        }

        try
        {
            var request = PushRequest.Read(context.Request);
            await AnswerAsync(context, request);
        }
        catch (PushRefusedException refusal)
        {
            await RefuseAsync(context, refusal.Status, refusal.Message);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException fault)
        {
            await RefuseAsync(context, HttpStatusCode.InternalServerError, $"Error reading http request body: {fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && !context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, HttpStatusCode.InternalServerError, OneLine.Describe(fault));
        }
    }

    private async Task AnswerAsync(HttpContext context, PushRequest request)
    {
        var file = Path.Combine(folder.Source, $"{Guid.NewGuid():N}{request.Extension}");
        try
        {
            // The sender may go once it has sent all, as ffmpeg does without waiting for the answer: the segment is finished and played all
            // the same. What is cut off in the middle ends the copy with a fault of its own.
            await using (var body = File.Create(file))
            {
                await context.Request.Body.CopyToAsync(body, CancellationToken.None);
            }

            var format = await LookAsync(file);
            var stream = streams.Get(request.Configuration?.ManifestId ?? request.ManifestId, format, request.IsMp4, request.Configuration);
            var segment = new SourceSegment(request.Sequence, file, TimeSpan.Zero, request.Duration, new FileInfo(file).Length) { Clip = request.Clip };
            var outcome = await stream.PushAsync(segment, format, CancellationToken.None);
            streams.NoteAnswer();
            Require(outcome);
            if (request.WantsRenditions)
            {
                await MultipartAnswer.WriteAsync(context.Response, stream.Output.Tracks, request.Sequence, context.RequestAborted);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<VideoSource> LookAsync(string file)
    {
        VideoSource format;
        try
        {
            format = await SourceProbe.ProbeAsync(file, CancellationToken.None);
        }
        catch (UserFaultException fault)
        {
            throw new PushRefusedException(
                HttpStatusCode.UnprocessableEntity, fault.Message.Replace(file, "the segment", StringComparison.Ordinal));
        }

        return s_codecs.Contains(format.VideoCodec)
            ? format
            : throw new PushRefusedException(HttpStatusCode.UnprocessableEntity, $"unknown codec {format.VideoCodec}");
    }

    private static void Require(SegmentOutcome outcome)
    {
        if (outcome.Error is { } error)
        {
            throw outcome.Failure switch
            {
                SegmentFailure.Input => new PushRefusedException(HttpStatusCode.UnprocessableEntity, error),
                SegmentFailure.NoSession => new PushRefusedException(HttpStatusCode.ServiceUnavailable, "No sessions available"),
                _ => new PushRefusedException(HttpStatusCode.InternalServerError, error),
            };
        }
    }

    private Task MasterAsync(HttpContext context, string name) => streams.Find(name) is { } stream
        ? TextAsync(context, PlaylistType, stream.Output.Master($"{stream.Name}/"))
        : RefuseAsync(context, HttpStatusCode.NotFound, "ErrNotFound");

    /// <summary>A file of a rendition. Only what a track's own playlist names is found: nothing of the path reaches the disk unchecked.</summary>
    private async Task FileAsync(HttpContext context, string name, string track, string file)
    {
        var rendition = streams.Find(name)?.Output.Tracks.FirstOrDefault(candidate => candidate.FolderName == track);
        var isPlain = file.Length > 0 && file[0] != '.' && file.All(StreamOutput.IsPlain);
        var path = rendition is null || !isPlain ? null : Path.Combine(Path.GetDirectoryName(rendition.PlaylistPath)!, file);
        if (path is null || !File.Exists(path))
        {
            await RefuseAsync(context, HttpStatusCode.NotFound, "ErrNotFound");
            return;
        }

        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.ContentType = Path.GetExtension(path) switch
        {
            ".m3u8" => PlaylistType,
            ".mp4" => "video/mp4",
            _ => "video/mp2t",
        };
        await context.Response.SendFileAsync(path, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, HttpStatusCode status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = (int)status;
        return TextAsync(context, "text/plain; charset=utf-8", message + "\n");
    }

    private static Task TextAsync(HttpContext context, string type, string text)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
