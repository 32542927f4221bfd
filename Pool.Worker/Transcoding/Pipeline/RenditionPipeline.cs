using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Signature;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>
/// One rendition: scale, encode, mux, on a thread of its own, so that the renditions of a segment are made side by side. Until the
/// encoder has its place it keeps the scaled frames, so that the decoder and the other renditions need not wait for it.
/// </summary>
internal sealed unsafe class RenditionPipeline : IDisposable
{
    /// <summary>More output than this for each frame decoded is a runaway (protocol §7.6, guards).</summary>
    private const int MaxFramesPerDecoded = 25;

    /// <summary>Scaled frames that are kept at most; then the rendition encodes, whether it is its turn or not.</summary>
    private const long MaxHeldBytes = 48 << 20;

    /// <summary>Longest wait for a turn once every frame is there.</summary>
    private static readonly TimeSpan s_longestWait = 2 * EncoderSlots.LongestTurn;

    private readonly MediaQueue _queue;
    private readonly int _index;
    private readonly VideoProfile _profile;
    private readonly SegmentReader _reader;
    private readonly bool _isSigned;
    private readonly IRenditionOutput _bytes;
    private readonly EncoderSlots.Place _place;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Queue<MediaItem> _held = new();   // in the order in which they came: the file does not depend on how long they waited
    private FrameFilter? _filter;
    private RenditionOutput? _output;
    private RenditionSignature? _signature;
    private AVFrame* _scaled;
    private nint _firstHeld;
    private (int Width, int Height) _size;
    private (int Width, int Height, int Format) _input;
    private long _heldBytes;
    private long _framesIn;
    private long _framesOut;
    private long _lastPts = long.MinValue;

    /// <param name="index">The rendition's place among the job's profiles.</param>
    /// <param name="profile">What is asked for.</param>
    /// <param name="reader">The segment.</param>
    /// <param name="isSigned">Sign its pictures (protocol §4.10).</param>
    /// <param name="bytes">Takes the rendition, on this pipeline's thread.</param>
    /// <param name="place">The encoder's place in the queue for the processor; the pipeline gives it back.</param>
    internal RenditionPipeline(int index, VideoProfile profile, SegmentReader reader, bool isSigned, IRenditionOutput bytes, EncoderSlots.Place place)
    {
        (_index, _profile, _reader, _isSigned, _bytes, _place) = (index, profile, reader, isSigned, bytes, place);
        _queue = new MediaQueue(reader);
        _scaled = FFmpegException.Check(ffmpeg.av_frame_alloc(), nameof(ffmpeg.av_frame_alloc));
        Completion = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Completes when the rendition is whole, or with what went wrong.</summary>
    internal Task Completion { get; }

    /// <summary>Hands a reference to a decoded frame over; waits while the queue is full.</summary>
    internal void PushFrame(AVFrame* frame) => Push(MediaItem.Of(frame));

    /// <summary>Hands a reference to an audio packet over; waits while the queue is full.</summary>
    internal void PushAudio(AVPacket* packet) => Push(MediaItem.Of(packet));

    /// <summary>There is no more input.</summary>
    internal void End() => _queue.Close();

    /// <summary>The job is over before its end: the thread stops at the next item.</summary>
    internal void Abandon()
    {
        _abandoned.Cancel();
        _queue.Close(new OperationCanceledException());
    }

    public void Dispose()
    {
        _queue.Clear();
        Release();
        _abandoned.Dispose();
        var scaled = _scaled;
        ffmpeg.av_frame_free(&scaled);
        _scaled = null;
    }

    private void Push(MediaItem item)
    {
        if (!_queue.Put(item))
        {
            Completion.GetAwaiter().GetResult();
            throw new OperationCanceledException();
        }
    }

    private void Run()
    {
        try
        {
            while (_queue.TryTake(out var item))
            {
                Take(item);
            }

            Finish();
        }
        catch (Exception failure)
        {
            // Whoever pushes learns of it at once, not at the end.
            _queue.Close(failure);
            throw;
        }
        finally
        {
            Release();
        }
    }

    private void Take(MediaItem item)
    {
        try
        {
            if (item.Frame != 0)
            {
                TakeFrame((AVFrame*)item.Frame);
            }
            else if (_output is not null)
            {
                _output.WriteAudio((AVPacket*)item.Packet);
            }
            else
            {
                _held.Enqueue(item);
                item = default;
            }
        }
        finally
        {
            item.Free();
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
        Scale();
    }

    private void Configure(AVFrame* frame, (int Width, int Height, int Format) input)
    {
        if (_filter is not null)
        {
            _filter.Push(null);
            Scale();
            _filter.Dispose();
        }
        else
        {
            _size = ScaleRule.Fit(input.Width, input.Height, _profile.Width, _profile.Height, _profile.Codec);
        }

        AVRational? rate = _profile.FrameRateNumerator == 0
            ? null
            : new AVRational((int)_profile.FrameRateNumerator, (int)Math.Max(1, _profile.FrameRateDenominator));
        _filter = new FrameFilter(_reader.Device, frame, AVFields.TimeBase(_reader.Video), _reader.FrameRate, _size, rate);
        _input = input;
        if (_isSigned)
        {
            _signature ??= new RenditionSignature(_size, _filter.TimeBase, _reader.Device.MemoryFormat);
        }
    }

    /// <summary>Takes the frames that the filter has ready.</summary>
    private void Scale()
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

                _signature?.Push(_scaled);
                EncodeOrHold();
            }
            finally
            {
                ffmpeg.av_frame_unref(_scaled);
            }
        }
    }

    private void EncodeOrHold()
    {
        if (_output is not null)
        {
            _output.Encode(_scaled);
            _place.YieldAfterTurn();
            return;
        }

        var frame = MediaItem.Of(_scaled);
        _held.Enqueue(frame);
        _firstHeld = _firstHeld == 0 ? frame.Frame : _firstHeld;
        _heldBytes += (long)_size.Width * _size.Height * 3 / 2;
        if (_place.IsGranted || _heldBytes > MaxHeldBytes)
        {
            StartEncoding(TimeSpan.Zero);
        }
    }

    /// <summary>The encoder's turn: the first frame is there, and says what the file will be.</summary>
    private void StartEncoding(TimeSpan longestWait)
    {
        _place.Take(longestWait, _abandoned.Token);
        _output = new RenditionOutput(_profile, _size, _filter!, (AVFrame*)_firstHeld, _reader, bytes => _bytes.Write(_index, bytes), _place.Threads);
        while (_held.TryPeek(out var item))
        {
            if (item.Frame != 0)
            {
                _output.Encode((AVFrame*)item.Frame);
            }
            else
            {
                _output.WriteAudio((AVPacket*)item.Packet);
            }

            _held.Dequeue().Free();
        }
    }

    private void Finish()
    {
        _filter?.Push(null);
        if (_filter is not null)
        {
            Scale();
        }

        if (_output is null && _firstHeld != 0)
        {
            StartEncoding(s_longestWait);
        }

        (_output ?? throw new InputFaultException(InputFault.InvalidVideo)).Finish();
        if (_signature is not null)
        {
            _bytes.Sign(_index, _signature.Finish());
        }

        _bytes.End(_index);
    }

    /// <summary>Frees what is large as soon as the rendition is done: the next one may need it.</summary>
    private void Release()
    {
        while (_held.TryDequeue(out var item))
        {
            item.Free();
        }

        _output?.Dispose();
        _output = null;
        _signature?.Dispose();
        _signature = null;
        _filter?.Dispose();
        _filter = null;
        _place.Dispose();
    }
}
