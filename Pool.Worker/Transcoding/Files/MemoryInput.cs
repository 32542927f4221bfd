using System.Buffers;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Files;

/// <summary>A segment in memory as FFmpeg's input: it can be read and sought, and nothing else of the machine can be reached through it.</summary>
internal sealed unsafe class MemoryInput : IDisposable
{
    private readonly MemoryHandle _pin;
    private readonly UnmanagedMemoryStream _stream;
    private readonly StreamInput _input;

    /// <param name="bytes">Stay the caller's, and where they are, until this is disposed of.</param>
    internal MemoryInput(ReadOnlyMemory<byte> bytes)
    {
        _pin = bytes.Pin();
        _stream = new UnmanagedMemoryStream((byte*)_pin.Pointer, bytes.Length);
        _input = new StreamInput(_stream);
    }

    internal AVIOContext* Io => _input.Io;

    public void Dispose()
    {
        _input.Dispose();
        _stream.Dispose();
        _pin.Dispose();
    }
}
