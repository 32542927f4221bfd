using System.Text;

namespace Pool.Server.Livepeer;

/// <summary>A refusal before the 200: status and text exactly as the network has them (protocol §4.2).</summary>
internal sealed record SegmentRefusal(int Status, string Text)
{
    public static SegmentRefusal Forbidden(string text) => new(StatusCodes.Status403Forbidden, text);

    public static SegmentRefusal UnsignedSegment { get; } = Forbidden("ErrSegSig");

    public static SegmentRefusal HashMismatch { get; } = Forbidden("Forbidden");

    public static SegmentRefusal InternalError { get; } = new(StatusCodes.Status500InternalServerError, "Internal Server Error");

    public static SegmentRefusal BadRequest { get; } = new(StatusCodes.Status400BadRequest, "BadRequest");

    public static SegmentRefusal Capped { get; } = Forbidden(FailureWords.Capped);

    /// <summary>A payment that was not taken, in the words of whoever did not take it.</summary>
    public static SegmentRefusal Unpaid(string reason) => new(StatusCodes.Status400BadRequest, reason);

    /// <summary>Writes the refusal: text/plain, the text and one line feed.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var body = Encoding.UTF8.GetBytes(Text + "\n");
        context.Response.StatusCode = Status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
