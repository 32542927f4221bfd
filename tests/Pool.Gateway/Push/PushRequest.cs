using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pool.Gateway.Media;

namespace Pool.Gateway.Push;

/// <summary>A request that is answered with an error; the message is the body.</summary>
public sealed class PushRefusedException : Exception
{
    public PushRefusedException(HttpStatusCode status, string message)
        : base(message) => Status = status;

    public PushRefusedException(string message)
        : this(HttpStatusCode.InternalServerError, message)
    {
    }

    public PushRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public PushRefusedException()
    {
    }

    /// <summary>Status of the answer.</summary>
    public HttpStatusCode Status { get; } = HttpStatusCode.InternalServerError;
}

/// <summary>What the path and the headers of a pushed segment say (protocol §8.6).</summary>
public sealed record PushRequest
{
    /// <summary>Ask for the renditions in the answer: exactly this.</summary>
    private const string MultipartType = "multipart/mixed";

    private const string StreamPrefix = "stream/";
    private const string LivePrefix = "live/";
    private const string TransportStream = ".ts";
    private const string Mp4 = ".mp4";

    private static readonly TimeSpan s_defaultDuration = TimeSpan.FromSeconds(2);

    /// <summary>Id of the stream.</summary>
    public required string ManifestId { get; init; }

    /// <summary>Number of the segment: the digits at the end of the file's name, else 0.</summary>
    public required int Sequence { get; init; }

    /// <summary>Whether the segment is MP4; its renditions are, too.</summary>
    public required bool IsMp4 { get; init; }

    /// <summary>How long it plays.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Whether the renditions are wanted in the answer.</summary>
    public required bool WantsRenditions { get; init; }

    /// <summary>The part that is wanted, or null.</summary>
    public ClipRange? Clip { get; init; }

    /// <summary>Profiles of its own, or null.</summary>
    public TranscodeConfiguration? Configuration { get; init; }

    /// <summary>Ending of the file, with the dot.</summary>
    public string Extension => IsMp4 ? Mp4 : TransportStream;

    /// <summary>Reads a request.</summary>
    /// <exception cref="PushRefusedException">Something in it is wrong.</exception>
    public static PushRequest Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = (request.Path.Value ?? "").TrimStart('/');
        var extension = Path.GetExtension(path);
        if (extension is not (TransportStream or Mp4))
        {
            throw Bad($"ignoring file extension: {extension}");
        }

        return new PushRequest
        {
            ManifestId = ManifestOf(path),
            Sequence = SequenceOf(path),
            IsMp4 = extension == Mp4,
            Duration = DurationOf(request.Headers["Content-Duration"]),
            WantsRenditions = request.Headers[HeaderNames.Accept] == MultipartType,
            Clip = ClipOf(request.Headers["Content-Slice-From"], request.Headers["Content-Slice-To"]),
            Configuration = TranscodeConfiguration.Read(request.Headers["Livepeer-Transcode-Configuration"]),
        };
    }

    /// <summary>The first element of the path after slashes, one "stream/" and every "live/".</summary>
    internal static string ManifestOf(string path)
    {
        var rest = path.TrimStart('/');
        rest = rest.StartsWith(StreamPrefix, StringComparison.Ordinal) ? rest[StreamPrefix.Length..] : rest;
        var elements = rest.Replace(LivePrefix, "", StringComparison.Ordinal).Split('/', StringSplitOptions.RemoveEmptyEntries);
        return elements.Length > 1 ? elements[0] : throw Bad("Bad URL");
    }

    /// <summary>The digits at the end of the name; 0 without any, or with more than a number can have.</summary>
    internal static int SequenceOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var digits = name[name.TrimEnd("0123456789").Length..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
    }

    private static TimeSpan DurationOf(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return s_defaultDuration;
        }

        if (!int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            throw Bad($"Content-Duration '{header}' is no number of milliseconds");
        }

        var duration = TimeSpan.FromMilliseconds(milliseconds);
        return duration <= SourceSegment.MaxDuration
            ? duration > TimeSpan.Zero ? duration : s_defaultDuration
            : throw Bad($"Content-Duration {milliseconds} ms is more than {SourceSegment.MaxDuration.TotalMilliseconds} ms");
    }

    private static ClipRange? ClipOf(string? from, string? to)
    {
        var (first, last) = (SliceOf("From", from), SliceOf("To", to));
        if (first > 0 && last > 0 && first > last)
        {
            throw Bad($"Content-Slice-From {first} is after Content-Slice-To {last}");
        }

        return first > 0 || last > 0 ? new ClipRange(first, last) : null;
    }

    private static ulong SliceOf(string name, string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return 0;
        }

        return ulong.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? milliseconds
            : throw Bad($"Content-Slice-{name} '{header}' is no number of milliseconds");
    }

    private static PushRefusedException Bad(string message) => new(HttpStatusCode.BadRequest, message);
}
