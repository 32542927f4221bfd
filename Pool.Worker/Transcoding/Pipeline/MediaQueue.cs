using System.Threading.Channels;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>A decoded frame or a packet of sound on its way to a rendition; it holds a reference of its own.</summary>
internal readonly unsafe record struct MediaItem(nint Frame, nint Packet)
{
    internal static MediaItem Of(AVFrame* frame) => new((nint)FFmpegException.Check(ffmpeg.av_frame_clone(frame), nameof(ffmpeg.av_frame_clone)), 0);

    internal static MediaItem Of(AVPacket* packet) => new(0, (nint)FFmpegException.Check(ffmpeg.av_packet_clone(packet), nameof(ffmpeg.av_packet_clone)));

    internal void Free()
    {
        var frame = (AVFrame*)Frame;
        var packet = (AVPacket*)Packet;
        ffmpeg.av_frame_free(&frame);
        ffmpeg.av_packet_free(&packet);
    }
}

/// <summary>What waits between the decoder and a rendition, measured in bytes: renditions share the frames. One writer, one reader.</summary>
internal sealed class MediaQueue
{
    /// <summary>
    /// Decoded frames that may wait for the slowest rendition, with packets of sound among them. Enough that the others, which look ahead
    /// faster, do not starve.
    /// </summary>
    private const long MaxWaitingBytes = 36 << 20;

    private const int FewestWaiting = 8;
    private const int MostWaiting = 128;

    private readonly Channel<MediaItem> _items;

    internal MediaQueue(SegmentReader reader)
    {
        var frameBytes = Math.Max(1, (long)reader.Width * reader.Height * 3 / 2);
        var most = reader.IsOnDevice ? FewestWaiting : MostWaiting;   // a device's decoder has few surfaces
        _items = Channel.CreateBounded<MediaItem>(new BoundedChannelOptions((int)Math.Clamp(MaxWaitingBytes / frameBytes, FewestWaiting, most))
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = true,   // whoever waits is a thread: it is woken by the other one, not by a third
        });
    }

    /// <summary>Puts an item in and waits while the queue is full; false when it is closed, and the item is freed.</summary>
    internal bool Put(MediaItem item)
    {
        while (!_items.Writer.TryWrite(item))
        {
            if (!_items.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
            {
                item.Free();
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits for the next item; false at the end.</summary>
    /// <exception cref="Exception">What the queue was closed with.</exception>
    internal bool TryTake(out MediaItem item)
    {
        while (!_items.Reader.TryRead(out item))
        {
            if (!_items.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Nothing follows; with a failure, whoever reads next gets it.</summary>
    internal void Close(Exception? failure = null) => _items.Writer.TryComplete(failure);

    /// <summary>Frees what nobody will take.</summary>
    internal void Clear()
    {
        while (_items.Reader.TryRead(out var item))
        {
            item.Free();
        }
    }
}
