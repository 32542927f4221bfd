using Pool.Gateway.Cli;

namespace Pool.Gateway.Media;

/// <summary>Makes one clear line of what ffmpeg complained about.</summary>
public static class MediaFault
{
    private const string NoSpaceText = "No space left on device";

    /// <summary>The fault to throw when ffmpeg ended with an error.</summary>
    public static Exception Of(string what, ToolResult result) =>
        result.Errors.Contains(NoSpaceText, StringComparison.Ordinal)
            ? new IOException(NoSpaceText)
            : new UserFaultException($"{what}: {result.LastError}");
}
