using Pool.Server.Segments;
using Pool.Shared.Media;

namespace Pool.Server.Livepeer;

/// <summary>Renditions for download (protocol §4.9). The name in the address is a random id, so nothing of a stranger's text reaches the disk.</summary>
internal sealed class StreamEndpoint(Spool spool)
{
    private const string NotFound = "ErrNotFound";
    private const string TransportStreamEnding = ".ts";
    private const string Mp4Ending = ".mp4";

    public static string EndingOf(Container container) => container == Container.Mp4 ? Mp4Ending : TransportStreamEnding;

    public async Task HandleAsync(HttpContext context, string name)
    {
        var response = context.Response;
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers.CacheControl = "max-age=5";
        var ending = Path.GetExtension(name);
        if (TypeOf(ending) is not { } type || spool.FindRendition(name[..^ending.Length]) is not { } rendition)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(NotFound + "\n", context.RequestAborted);
            return;
        }

        response.ContentType = type;
        response.ContentLength = rendition.Length;
        await response.SendFileAsync(rendition.Path, context.RequestAborted);
    }

    private static string? TypeOf(string ending) => ending switch
    {
        TransportStreamEnding => "video/mp2t",
        Mp4Ending => "video/mp4",
        _ => null,
    };
}
