using System.Buffers;
using System.Runtime.InteropServices;

namespace Pool.Worker.Transcoding.Host;

/// <summary>A segment in the host: memory outside the managed heap, given back to the last byte the moment its job is over.</summary>
internal sealed unsafe class NativeSegment : MemoryManager<byte>
{
    private readonly int _capacity;
    private byte* _bytes;

    /// <param name="capacity">Bytes it will have.</param>
    public NativeSegment(int capacity)
    {
        _capacity = capacity;
        _bytes = (byte*)NativeMemory.Alloc((nuint)capacity);
    }

    /// <summary>Bytes it has.</summary>
    public int Length { get; private set; }

    /// <summary>All that was announced is there.</summary>
    public bool IsWhole => Length == _capacity;

    /// <summary>Adds bytes; false when they are more than announced.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _capacity - Length)
        {
            return false;
        }

        bytes.CopyTo(GetSpan()[Length..]);
        Length += bytes.Length;
        return true;
    }

    public override Span<byte> GetSpan() => new(_bytes, _bytes == null ? 0 : _capacity);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_bytes + elementIndex);

    public override void Unpin()
    {
        // It never moves.
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
        Length = 0;
    }
}
