using System.Text;
using Microsoft.Extensions.Logging;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// What a host writes to its standard error, as lines of the worker's log. A segment of a stranger decides what FFmpeg complains about,
/// so both the length and the number of lines are limited.
/// </summary>
internal static partial class HostErrorLog
{
    /// <summary>Characters of a line that are kept.</summary>
    internal const int MaxLineLength = 500;

    /// <summary>Lines of one host's life that are logged; the rest is counted.</summary>
    internal const int MaxLines = 200;

    private const int BlockLength = 1024;

    /// <summary>Reads to the end. Never throws.</summary>
    internal static async Task ReadAsync(TextReader source, ILogger logger)
    {
        var (block, line, lines) = (new char[BlockLength], new StringBuilder(), 0L);
        try
        {
            for (int got; (got = await source.ReadAsync(block)) > 0;)
            {
                foreach (var character in block.AsSpan(0, got))
                {
                    if (character == '\n')
                    {
                        Say();
                    }
                    else if (line.Length < MaxLineLength)
                    {
                        line.Append(char.IsControl(character) ? ' ' : character);
                    }
                }
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The host is gone, and so is its pipe.
        }

        Say();
        if (lines > MaxLines)
        {
            LogSuppressed(logger, lines - MaxLines);
        }

        void Say()
        {
            if (line.Length > 0 && ++lines <= MaxLines)
            {
                LogHostSaid(logger, line.ToString());
            }

            line.Clear();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "transcode-host: {Text}")]
    private static partial void LogHostSaid(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "transcode-host: {Count} more lines are not shown")]
    private static partial void LogSuppressed(ILogger logger, long count);
}
