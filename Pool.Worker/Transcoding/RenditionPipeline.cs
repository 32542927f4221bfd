using System.Threading.Channels;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>
/// One rendition: scale, encode, mux, on a thread of its own, so that the renditions of a segment are made side by side while the
/// decoder runs ahead by a few frames.
/// </summary>
internal sealed unsafe class RenditionPipeline : IDisposable
{
    /// <summary>Frames and packets that may wait; a 4K frame is 12 MB.</summary>
    private const int MaxWaiting = 12;

    /// <summary>More output than this for each frame decoded is a runaway (protocol §7.6, guards).</summary>
    private const int MaxFramesPerDecoded = 25;

    private readonly record struct Item(nint Frame, nint Packet);

    private readonly Channel<Item> _queue = Channel.CreateBounded<Item>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly VideoProfile _profile;
    private readonly SegmentReader _reader;
    private readonly RenditionBytes _onBytes;
    private readonly int _threads;
    private readonly List<nint> _earlyAudio = [];
    private FrameFilter? _filter;
    private VideoEncoder? _encoder;
    private RenditionMuxer? _muxer;
    private AVFrame* _scaled;
    private AVPacket* _packet;
    private (int Width, int Height) _size;
    private (int Width, int Height, int Format) _input;
    private long _framesIn;
    private long _framesOut;
    private long _lastPts = long.MinValue;

    internal RenditionPipeline(VideoProfile profile, SegmentReader reader, RenditionBytes onBytes, int threads)
    {
        (_profile, _reader, _onBytes, _threads) = (profile, reader, onBytes, threads);
        _scaled = FFmpegException.Check(ffmpeg.av_frame_alloc(), nameof(ffmpeg.av_frame_alloc));
        _packet = FFmpegException.Check(ffmpeg.av_packet_alloc(), nameof(ffmpeg.av_packet_alloc));
        Completion = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Completes when the rendition is whole, or with what went wrong.</summary>
    internal Task Completion { get; }

    /// <summary>Hands a reference to a decoded frame over; waits while the queue is full.</summary>
    internal void PushFrame(AVFrame* frame) => Push(new Item((nint)FFmpegException.Check(ffmpeg.av_frame_clone(frame), nameof(ffmpeg.av_frame_clone)), 0));

    /// <summary>Hands a reference to an audio packet over; waits while the queue is full.</summary>
    internal void PushAudio(AVPacket* packet) =>
        Push(new Item(0, (nint)FFmpegException.Check(ffmpeg.av_packet_clone(packet), nameof(ffmpeg.av_packet_clone))));

    /// <summary>There is no more input.</summary>
    internal void End() => _queue.Writer.TryComplete();

    /// <summary>The job is over before its end: the thread stops at the next item.</summary>
    internal void Abandon() => _queue.Writer.TryComplete(new OperationCanceledException());

    public void Dispose()
    {
        while (_queue.Reader.TryRead(out var item))
        {
            Free(item);
        }

        _earlyAudio.ForEach(packet => Free(new Item(0, packet)));
        _muxer?.Dispose();
        _encoder?.Dispose();
        _filter?.Dispose();
        var scaled = _scaled;
        ffmpeg.av_frame_free(&scaled);
        _scaled = null;

        var packet = _packet;
        ffmpeg.av_packet_free(&packet);
        _packet = null;
    }

    private void Push(Item item)
    {
        while (!_queue.Writer.TryWrite(item))
        {
            if (!_queue.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
            {
                Free(item);
                Completion.GetAwaiter().GetResult();
                throw new OperationCanceledException();
            }
        }
    }

    private void Run()
    {
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_queue.Reader.TryRead(out var item))
                {
                    Take(item);
                }
            }

            Drain();
        }
        catch (Exception failure)
        {
            // Whoever pushes learns of it at once, not at the end.
            _queue.Writer.TryComplete(failure);
            throw;
        }
    }

    private void Take(Item item)
    {
        try
        {
            if (item.Frame != 0)
            {
                TakeFrame((AVFrame*)item.Frame);
            }
            else if (_muxer is not null)
            {
                _muxer.WriteAudio((AVPacket*)item.Packet);
            }
            else
            {
                // Audio may come before the first frame; the file begins when the size of the video is known.
                _earlyAudio.Add(item.Packet);
                item = default;
            }
        }
        finally
        {
            Free(item);
        }
    }

    private void TakeFrame(AVFrame* frame)
    {
        _framesIn++;
        var input = (AVFields.Width(frame), AVFields.Height(frame), AVFields.PixelFormat(frame));
        if (_filter is null || input != _input)
        {
            Configure(frame, input);
        }

        _filter!.Push(frame);   // Configure made it
        Encode();
    }

    private void Configure(AVFrame* frame, (int Width, int Height, int Format) input)
    {
        if (_filter is not null)
        {
            _filter.Push(null);
            Encode();
            _filter.Dispose();
        }
        else
        {
            _size = ScaleRule.Fit(input.Width, input.Height, _profile.Width, _profile.Height, _profile.Codec);
        }

        AVRational? rate = _profile.FrameRateNumerator == 0
            ? null
            : new AVRational((int)_profile.FrameRateNumerator, (int)Math.Max(1, _profile.FrameRateDenominator));
        _filter = new FrameFilter(frame, AVFields.TimeBase(_reader.Video), _reader.FrameRate, _size, rate);
        _input = input;
        if (_encoder is not null)
        {
            return;
        }

        _encoder = new VideoEncoder(_profile, _size, _filter, frame, _threads);
        _muxer = new RenditionMuxer(_profile, _encoder, _reader, _onBytes);
        foreach (var packet in _earlyAudio)
        {
            _muxer.WriteAudio((AVPacket*)packet);
            Free(new Item(0, packet));
        }

        _earlyAudio.Clear();
    }

    private void Encode()
    {
        while (_filter!.TryPull(_scaled))   // there is one when there is a frame
        {
            try
            {
                ref var pts = ref AVFields.Pts(_scaled);
                pts = _lastPts = pts > _lastPts ? pts : _lastPts + 1;
                if (++_framesOut > MaxFramesPerDecoded * _framesIn)
                {
                    throw new InputFaultException(InputFault.Runaway);
                }

                _encoder!.Push(_scaled);
            }
            finally
            {
                ffmpeg.av_frame_unref(_scaled);
            }

            Mux();
        }
    }

    private void Mux()
    {
        while (_encoder!.TryPull(_packet))
        {
            _muxer!.WriteVideo(_packet);
            ffmpeg.av_packet_unref(_packet);
        }
    }

    private void Drain()
    {
        if (_filter is null || _encoder is null || _muxer is null)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }

        _filter.Push(null);
        Encode();
        _encoder.Push(null);
        Mux();
        _muxer.Finish();
    }

    private static void Free(Item item)
    {
        var frame = (AVFrame*)item.Frame;
        var packet = (AVPacket*)item.Packet;
        ffmpeg.av_frame_free(&frame);
        ffmpeg.av_packet_free(&packet);
    }
}
