using Pool.Shared.Ethereum;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// The way of a job's bytes from the host to its sink. When an attempt dies and the next makes the same bytes again, those that were
/// handed out already are compared by hash and left out, so the sink sees every byte once. Encoders need not make the same bytes again
/// (x264's threads do not when the bitrate is limited): then nothing more is handed out, and <see cref="IsBroken"/>.
/// </summary>
internal sealed class RenditionFlow
{
    private readonly IRenditionSink _sink;
    private readonly Rendition[] _renditions;

    public RenditionFlow(IRenditionSink sink, int renditions)
    {
        _sink = sink;
        _renditions = [.. Enumerable.Range(0, renditions).Select(_ => new Rendition())];
    }

    /// <summary>An attempt made other bytes than were handed out before; the sink gets no more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Begins again: the next bytes are the first of each rendition.</summary>
    public void Restart()
    {
        foreach (var rendition in _renditions)
        {
            rendition.Restart();
        }
    }

    /// <summary>Takes what a host says of a rendition.</summary>
    /// <exception cref="HostBrokenException">It makes no sense.</exception>
    public ValueTask TakeAsync(HostFrame frame, CancellationToken cancellationToken) => frame.Kind switch
    {
        HostFrameKind.RenditionBytes => WriteAsync(frame.Number, frame.AfterNumber, cancellationToken),
        HostFrameKind.RenditionSignature => SignAsync(frame.Number, frame.AfterNumber, cancellationToken),
        _ => CompleteAsync(frame.Number, cancellationToken),
    };

    /// <exception cref="HostBrokenException">There is no such rendition, or it has ended.</exception>
    public ValueTask WriteAsync(int index, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var rendition = Find(index);
        if (rendition.Repeated < rendition.Delivered)
        {
            bytes = bytes[rendition.Repeat(bytes.Span)..];
            IsBroken |= !rendition.IsSame;
        }

        if (IsBroken || bytes.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        if (rendition.IsComplete)
        {
            throw HostBrokenException.OfJob($"the transcode host sent bytes of rendition {index} after its end");
        }

        rendition.Deliver(bytes.Span);
        return _sink.WriteAsync(index, bytes, cancellationToken);
    }

    /// <summary>Hands on a rendition's signature, once.</summary>
    public ValueTask SignAsync(int index, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken)
    {
        var rendition = Find(index);
        if (IsBroken || rendition.IsSigned)
        {
            return ValueTask.CompletedTask;
        }

        rendition.IsSigned = true;
        return _sink.SignAsync(index, signature, cancellationToken);
    }

    /// <summary>Says that a rendition is complete, once.</summary>
    public ValueTask CompleteAsync(int index, CancellationToken cancellationToken)
    {
        var rendition = Find(index);
        IsBroken |= rendition.Repeated < rendition.Delivered;
        if (IsBroken || rendition.IsComplete)
        {
            return ValueTask.CompletedTask;
        }

        rendition.IsComplete = true;
        return _sink.CompleteAsync(index, cancellationToken);
    }

    /// <summary>Says it of all that have not ended.</summary>
    public async Task CompleteAllAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; index < _renditions.Length; index++)
        {
            await CompleteAsync(index, cancellationToken);
        }
    }

    private Rendition Find(int index) => index >= 0 && index < _renditions.Length
        ? _renditions[index]
        : throw HostBrokenException.OfJob($"the transcode host names rendition {index} of {_renditions.Length}");

    private sealed class Rendition
    {
        private readonly Keccak256 _delivered = new();
        private readonly Keccak256 _repeated = new();

        /// <summary>Bytes the sink has.</summary>
        public long Delivered { get; private set; }

        /// <summary>Bytes of those that this attempt has made again.</summary>
        public long Repeated { get; private set; }

        public bool IsComplete { get; set; }

        public bool IsSigned { get; set; }

        /// <summary>What has been repeated is what was delivered, as far as that can be known yet.</summary>
        public bool IsSame { get; private set; } = true;

        /// <summary>The next bytes are its first.</summary>
        public void Restart()
        {
            Repeated = 0;
            _repeated.Clear();
        }

        /// <summary>Takes what was delivered before; returns how many bytes that were.</summary>
        public int Repeat(ReadOnlySpan<byte> bytes)
        {
            var count = (int)Math.Min(bytes.Length, Delivered - Repeated);
            _repeated.Append(bytes[..count]);
            Repeated += count;
            IsSame = Repeated < Delivered || _repeated.Peek().AsSpan().SequenceEqual(_delivered.Peek());
            return count;
        }

        public void Deliver(ReadOnlySpan<byte> bytes)
        {
            _delivered.Append(bytes);
            Delivered += bytes.Length;
            Repeated = Delivered;
        }
    }
}
