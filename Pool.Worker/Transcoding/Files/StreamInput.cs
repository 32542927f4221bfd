using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Files;

/// <summary>A stream that can be sought as FFmpeg's input.</summary>
internal sealed class StreamInput : CallbackIo
{
    private readonly Stream _stream;

    /// <param name="stream">Stays the caller's.</param>
    internal StreamInput(Stream stream)
        : base(isOutput: false, stream) => _stream = stream;

    protected override int Read(Span<byte> buffer) => _stream.Read(buffer);
}
