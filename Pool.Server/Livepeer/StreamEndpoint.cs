using Microsoft.Net.Http.Headers;
using Pool.Server.Segments;

namespace Pool.Server.Livepeer;

/// <summary>
/// Renditions and perceptual hashes for download (protocol §4.9), whole or in ranges. The name in the address is a random id, so nothing
/// of a stranger's text reaches the disk.
/// </summary>
internal sealed class StreamEndpoint(Spool spool)
{
    private const string RangeUnit = "bytes=";

    private static readonly SegmentRefusal s_notFound = new(StatusCodes.Status404NotFound, "ErrNotFound");

    public Task HandleAsync(HttpContext context, string name)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.CacheControl = "max-age=5";
        if (Open(name) is not { } bytes)
        {
            return s_notFound.WriteAsync(context);
        }

        if (!context.Request.Headers.Range.ToString().StartsWith(RangeUnit, StringComparison.Ordinal))
        {
            // A range in a unit that nobody knows is none (RFC 9110, §14.2).
            context.Request.Headers.Remove(HeaderNames.Range);
        }

        // Closes the stream, serves one range and none of a HEAD's bytes.
        return Results.Stream(bytes, TypeOf(name), enableRangeProcessing: true).ExecuteAsync(context);
    }

    /// <summary>Opened first, so that a file which is deleted meanwhile is served to its end.</summary>
    private FileStream? Open(string name)
    {
        try
        {
            return spool.FindServed(name)?.OpenRead();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        SpoolFile.Mp4Ending => "video/mp4",
        SpoolFile.SignatureEnding => "application/octet-stream",
        _ => "video/mp2t",
    };
}
