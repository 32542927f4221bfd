namespace Pool.Worker.Transcoding;

/// <summary>A video as the segments that a gateway would send of it, in order.</summary>
public interface ISegmentSource : IDisposable
{
    /// <summary>The next segment; null at the end.</summary>
    /// <exception cref="SegmentSourceException">The file cannot be read or cut.</exception>
    ValueTask<SourceSegment?> NextAsync(CancellationToken cancellationToken);
}

/// <param name="Bytes">A file of its own; valid until the one after the next is asked for.</param>
/// <param name="Duration">From its first picture to the first one of the next segment.</param>
public sealed record SourceSegment(Stream Bytes, TimeSpan Duration);

/// <summary>A video cannot be read or cut. The message is a sentence for people.</summary>
public sealed class SegmentSourceException(string message) : Exception(message);
