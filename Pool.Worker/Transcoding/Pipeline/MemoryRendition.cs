using System.Buffers;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>Keeps the only rendition of a job in memory.</summary>
internal sealed class MemoryRendition : IRenditionOutput
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal byte[] Bytes => _bytes.WrittenSpan.ToArray();

    /// <summary>The rendition's signature; empty when none was asked for.</summary>
    internal byte[] Signature { get; private set; } = [];

    public void Write(int rendition, ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Sign(int rendition, ReadOnlySpan<byte> signature) => Signature = signature.ToArray();

    public void End(int rendition)
    {
        // What is there is all there is.
    }
}
