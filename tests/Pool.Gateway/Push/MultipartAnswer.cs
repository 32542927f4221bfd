using System.Text;
using Microsoft.AspNetCore.Http;
using Pool.Gateway.Output;

namespace Pool.Gateway.Push;

/// <summary>Writes the renditions of a segment as multipart/mixed, in the order of the profiles (protocol §8.6).</summary>
public static class MultipartAnswer
{
    /// <summary>Writes the whole answer.</summary>
    public static async Task WriteAsync(
        HttpResponse response, IReadOnlyList<RenditionTrack> tracks, int sequence, CancellationToken cancellationToken)
    {
        var boundary = Guid.NewGuid().ToString("N");
        response.ContentType = $"multipart/mixed; boundary={boundary}";
        foreach (var track in tracks)
        {
            var file = new FileInfo(track.SegmentPath(sequence));
            await TextAsync(response, $"--{boundary}\r\n{Headers(track, sequence, file.Length)}\r\n", cancellationToken);
            await response.SendFileAsync(file.FullName, cancellationToken);
            await TextAsync(response, "\r\n", cancellationToken);
        }

        await TextAsync(response, $"--{boundary}--\r\n", cancellationToken);
    }

    private static string Headers(RenditionTrack track, int sequence, long length)
    {
        var name = Quoted($"{track.Profile}_{sequence}{track.Extension}");
        var type = track.Extension == ".ts" ? "video/mp2t" : "video/mp4";
        return $"Content-Type: {type}; name={name}\r\nContent-Length: {length}\r\n"
            + $"Content-Disposition: attachment; filename={name}\r\nRendition-Name: {OneLine(track.Profile)}\r\n";
    }

    private static string Quoted(string text) => $"\"{OneLine(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>The name of a profile may be any text; a header is one line.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '_' : letter));

    private static Task TextAsync(HttpResponse response, string text, CancellationToken cancellationToken) =>
        response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();
}
