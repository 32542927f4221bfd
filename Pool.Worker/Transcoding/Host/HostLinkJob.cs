using System.Threading.Channels;

namespace Pool.Worker.Transcoding.Host;

/// <summary>A job in a host, as the worker sees it: the frames that came for it, and whether the host works on it.</summary>
internal sealed class HostLinkJob(int id)
{
    private readonly Channel<HostFrame> _frames = Channel.CreateUnbounded<HostFrame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private long _untaken;
    private volatile bool _isAtWork;

    public int Id { get; } = id;

    /// <summary>Its segment is in the host and its outcome is not here: when the host dies now, it may be why.</summary>
    public bool IsAtWork
    {
        get => _isAtWork;
        set => _isAtWork = value;
    }

    public ChannelReader<HostFrame> Frames => _frames.Reader;

    /// <summary>Takes a frame of the host in. What waits here is bounded by the window the host is given.</summary>
    /// <exception cref="HostBrokenException">The host sends more than it may.</exception>
    public void Put(HostFrame frame)
    {
        // An empty frame weighs something, too, or there could be any number of them.
        if (frame.Kind != HostFrameKind.Outcome && Interlocked.Add(ref _untaken, Weight(frame)) > HostFrame.RenditionWindowBytes)
        {
            frame.Dispose();
            throw new HostBrokenException("the transcode host sends faster than it may");
        }

        if (frame.Kind == HostFrameKind.Outcome)
        {
            IsAtWork = false;
        }

        if (!_frames.Writer.TryWrite(frame))
        {
            frame.Dispose();
        }
    }

    /// <summary>A frame has been used: the host may send as much again.</summary>
    /// <returns>How many bytes to give back.</returns>
    public int Taken(HostFrame frame)
    {
        var weight = Weight(frame);
        Interlocked.Add(ref _untaken, -weight);
        return weight;
    }

    /// <summary>Nothing follows.</summary>
    public void End() => _frames.Writer.TryComplete();

    /// <summary>Throws away what waits.</summary>
    public void Drop()
    {
        End();
        while (_frames.Reader.TryRead(out var frame))
        {
            frame.Dispose();
        }
    }

    /// <summary>What a frame counts in the window: both sides reckon alike.</summary>
    private static int Weight(HostFrame frame) => HostFrame.HeaderBytes + frame.Payload.Length;
}
