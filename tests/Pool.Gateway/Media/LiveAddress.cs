using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>An address that video comes from while it is streamed, read by ffmpeg.</summary>
/// <param name="Text">The address as ffmpeg takes it.</param>
/// <param name="IsListening">Whether we wait there for somebody who pushes (RTMP), instead of fetching.</param>
public sealed record LiveAddress(string Text, bool IsListening)
{
    private const string SchemeEnd = "://";

    /// <summary>A source that says nothing for this long has ended.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(10);

    private static readonly string[] s_schemes = ["rtmp", "rtmps", "http", "https"];

    /// <summary>ffmpeg's arguments before the input when it fetches.</summary>
    internal IEnumerable<string> PullArguments =>
        ["-rw_timeout", s_silence.TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture)];

    /// <summary>ffmpeg's arguments for the input.</summary>
    internal IEnumerable<string> InputArguments => IsListening ? ["-listen", "1", "-i", Text] : [.. PullArguments, "-i", Text];

    /// <summary>Whether a source is an address and not a file.</summary>
    /// <param name="source">What was given.</param>
    /// <param name="listen">Whether to wait there for somebody who pushes.</param>
    /// <param name="address">The address when the answer is true.</param>
    /// <exception cref="UserFaultException">It is an address that cannot be used so.</exception>
    public static bool TryRead(string source, bool listen, [NotNullWhen(true)] out LiveAddress? address)
    {
        address = null;
        var end = source.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (end < 0)
        {
            return listen ? throw new UserFaultException($"--listen is for rtmp addresses; '{source}' is a file.") : false;
        }

        var scheme = source[..end].ToLowerInvariant();
        if (!s_schemes.Contains(scheme) || !Uri.TryCreate(source, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            throw new UserFaultException($"'{source}' is no address that can be read; there are rtmp, rtmps, http and https.");
        }

        if (listen && scheme != "rtmp")
        {
            throw new UserFaultException($"--listen is for rtmp addresses, not '{source}'.");
        }

        address = new LiveAddress(source, listen);
        return true;
    }
}
