using Pool.Shared.Contracts;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Files;

/// <summary>
/// A file in memory as FFmpeg's output, for a container that goes back to fill in what it learns last. It is handed out when it is
/// whole, index first.
/// </summary>
internal sealed class MemoryOutput : MuxerOutput
{
    private readonly RenditionBytes _onBytes;
    private readonly MemoryStream _file;

    internal MemoryOutput(RenditionBytes onBytes)
        : this(onBytes, new MemoryStream())
    {
    }

    private MemoryOutput(RenditionBytes onBytes, MemoryStream file)
        : base(file) => (_onBytes, _file) = (onBytes, file);

    internal override void Complete() => FastStart.Write(_file.GetBuffer().AsSpan(0, (int)_file.Length), _onBytes);

    public override void Dispose()
    {
        base.Dispose();
        _file.Dispose();
    }

    protected override void Write(ReadOnlySpan<byte> bytes)
    {
        // What was asked for makes more than the network carries (protocol §1.4).
        if (_file.Position + bytes.Length > TranscodeLimits.MaxBytes)
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }

        _file.Write(bytes);
    }
}
