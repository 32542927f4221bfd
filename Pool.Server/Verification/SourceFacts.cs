using System.Buffers;
using Pool.Server.Segments;
using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>
/// What a segment's own headers say of it, as a bound for its renditions. A segment is a stranger's and may be broken in ways that decoders
/// repair, so only one in which everything is in order is a measure.
/// </summary>
/// <param name="Width">Width of every picture in pixels.</param>
/// <param name="Height">Height of every picture in pixels.</param>
/// <param name="Pictures">Pictures in it, also those that only a decoder that saw the segment before can put out.</param>
/// <param name="Span">Time from the first to the last picture.</param>
public sealed record SourceFacts(int Width, int Height, long Pictures, TimeSpan Span)
{
    private const int ReadBytes = 64 * 1024;

    /// <summary>How long the last picture may last when there is no other to tell.</summary>
    private static readonly TimeSpan s_longestPicture = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that a decoder may make of it: the last picture lasts, too, and players differ in how long.</summary>
    public TimeSpan LongestDuration => Span + (Pictures > 1 ? 2 * (Span / (Pictures - 1)) : s_longestPicture);

    /// <summary>The facts of a segment that was counted; null when it is no measure.</summary>
    public static SourceFacts? Of(RenditionCount count) =>
        count is { Fault: null, Container: Container.MpegTs } && count.Pixels == count.Frames * count.Width * count.Height
            ? new SourceFacts(count.Width, count.Height, count.Frames + count.SkippedFrames, count.Span)
            : null;

    /// <summary>Reads a segment. Null when it is no measure, or is gone meanwhile.</summary>
    public static async Task<SourceFacts?> ReadAsync(SpoolFile source, CancellationToken cancellationToken)
    {
        await Task.Yield();   // whoever asks has better to do first
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            var counter = new RenditionCounter();
            await using var file = source.OpenRead();
            while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            {
                counter.Append(buffer.AsSpan(0, length));
            }

            return Of(counter.Finish());
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
