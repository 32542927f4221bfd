using System.Buffers;
using Pool.Shared.Ethereum;
using System.Text.Json;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// A segment as it came in, kept until its job is over: it is needed again when the host dies. Takes memory as bytes arrive, not as
/// they are announced. Dispose of it to give the memory back.
/// </summary>
internal sealed class SegmentBuffer : IDisposable
{
    /// <summary>Bytes of one part; it fits a frame.</summary>
    internal const int PartBytes = 256 * 1024;

    private readonly List<byte[]> _parts = [];

    private SegmentBuffer()
    {
    }

    /// <summary>Bytes of the segment.</summary>
    public long Length { get; private set; }

    /// <summary>The segment's bytes, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Parts
    {
        get
        {
            for (var index = 0; index < _parts.Count; index++)
            {
                yield return _parts[index].AsMemory(0, (int)Math.Min(PartBytes, Length - ((long)index * PartBytes)));
            }
        }
    }

    /// <summary>Reads a segment whole.</summary>
    /// <param name="source">Is read from its position to its end.</param>
    /// <param name="length">How many bytes it must have.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">It has more or fewer.</exception>
    public static async Task<SegmentBuffer> ReadAsync(Stream source, long length, CancellationToken cancellationToken)
    {
        var buffer = new SegmentBuffer();
        try
        {
            await buffer.FillAsync(source, length, cancellationToken);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>What this segment and these renditions are known by. Another stream that sends the same has the same.</summary>
    public string Fingerprint(IReadOnlyList<VideoProfile> profiles)
    {
        var hash = new Keccak256();
        hash.Append(JsonSerializer.SerializeToUtf8Bytes(profiles, HostJson.Of<IReadOnlyList<VideoProfile>>()));
        foreach (var part in Parts)
        {
            hash.Append(part.Span);
        }

        return Convert.ToHexString(hash.Finish());
    }

    public void Dispose()
    {
        _parts.ForEach(part => ArrayPool<byte>.Shared.Return(part));
        _parts.Clear();
        Length = 0;
    }

    private async Task FillAsync(Stream source, long length, CancellationToken cancellationToken)
    {
        while (Length <= length)
        {
            var part = ArrayPool<byte>.Shared.Rent(PartBytes);
            _parts.Add(part);
            var got = await source.ReadAtLeastAsync(part.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, cancellationToken);
            Length += got;
            if (got < PartBytes)
            {
                break;
            }
        }

        if (Length != length)
        {
            throw new IOException($"the segment has {(Length > length ? "more than " : $"{Length} bytes instead of ")}{length}{(Length > length ? " bytes" : "")}");
        }
    }
}
