using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>Transcodes one segment: decoded once, every rendition made side by side, audio copied (protocol §7.6).</summary>
internal sealed unsafe class SegmentTranscoder
{
    private const double MillisecondsPerSecond = 1000;

    private readonly IReadOnlyList<VideoProfile> _profiles;
    private readonly Clip? _clip;
    private readonly bool _isSigned;
    private readonly IRenditionOutput _output;
    private readonly EncoderSlots _slots;
    private readonly ITranscodeDevice _device;

    /// <param name="profiles">Renditions to make.</param>
    /// <param name="clip">Encode only this part, or null.</param>
    /// <param name="isSigned">Sign every rendition's pictures (protocol §4.10).</param>
    /// <param name="output">Takes the renditions as they grow; called from their threads.</param>
    /// <param name="slots">The processor, shared with all other segments.</param>
    /// <param name="device">Where it is done; null is the CPU.</param>
    internal SegmentTranscoder(
        IReadOnlyList<VideoProfile> profiles, Clip? clip, bool isSigned, IRenditionOutput output, EncoderSlots slots, ITranscodeDevice? device = null)
    {
        _device = device ?? CpuDevice.Instance;
        (_profiles, _clip, _isSigned, _output, _slots) = (profiles, clip, isSigned, output, slots);
        ProfileCheck.Check(profiles, clip);
    }

    /// <summary>Runs on the calling thread. Returns the number of frames decoded.</summary>
    /// <exception cref="InputFaultException">The segment or a profile is at fault.</exception>
    internal long Run(ReadOnlyMemory<byte> segment, CancellationToken cancellationToken)
    {
        using var reader = new SegmentReader(segment, _slots.Threads, _device);
        var pipelines = new List<RenditionPipeline>();
        try
        {
            pipelines.AddRange(AskForPlaces().Select((place, index) => new RenditionPipeline(index, _profiles[index], reader, _isSigned, _output, place)));
            var frames = Feed(reader, pipelines, cancellationToken);
            pipelines.ForEach(pipeline => pipeline.End());
            reader.CloseDecoder();
            Task.WhenAll(pipelines.Select(pipeline => pipeline.Completion)).GetAwaiter().GetResult();
            return frames;
        }
        finally
        {
            foreach (var pipeline in pipelines)
            {
                pipeline.Abandon();
                ((IAsyncResult)pipeline.Completion).AsyncWaitHandle.WaitOne();
                pipeline.Dispose();
            }
        }
    }

    /// <summary>The largest rendition is asked for first: it takes longest, and the others fill what it leaves.</summary>
    private EncoderSlots.Place[] AskForPlaces()
    {
        var pixels = _profiles.Select(profile => (double)profile.Width * profile.Height).ToList();
        var places = new EncoderSlots.Place[_profiles.Count];
        foreach (var index in Enumerable.Range(0, places.Length).OrderByDescending(index => pixels[index]))
        {
            places[index] = _slots.Ask(_device.EncoderThreads(_slots.Threads, pixels[index] / pixels.Sum()));
        }

        return places;
    }

    private long Feed(SegmentReader reader, List<RenditionPipeline> pipelines, CancellationToken cancellationToken)
    {
        var packet = FFmpegException.Check(ffmpeg.av_packet_alloc(), nameof(ffmpeg.av_packet_alloc));
        var frame = FFmpegException.Check(ffmpeg.av_frame_alloc(), nameof(ffmpeg.av_frame_alloc));
        try
        {
            var (frames, hasKeyFrame) = (0L, false);
            while (reader.TryRead(packet))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (AVFields.StreamIndex(packet) == reader.VideoIndex)
                {
                    hasKeyFrame |= (AVFields.Flags(packet) & ffmpeg.AV_PKT_FLAG_KEY) != 0;
                    frames += Decode(reader, packet, frame, pipelines, cancellationToken);
                    if (frames > TranscodeLimits.MaxFrames)
                    {
                        throw new InputFaultException(InputFault.InvalidVideo);
                    }
                }
                else if (AVFields.StreamIndex(packet) == reader.AudioIndex && IsInClip(reader, AVFields.Pts(packet), AVFields.TimeBase(reader.Audio)))
                {
                    PushAudio(pipelines, packet);
                }

                ffmpeg.av_packet_unref(packet);
            }

            frames += Decode(reader, null, frame, pipelines, cancellationToken);
            return frames > 0 ? frames : throw new InputFaultException(hasKeyFrame ? InputFault.InvalidVideo : InputFault.NoKeyFrames);
        }
        finally
        {
            ffmpeg.av_frame_free(&frame);
            ffmpeg.av_packet_free(&packet);
        }
    }

    /// <summary>Gives one packet to the decoder, or the end, and hands on what comes out. What cannot be decoded is skipped, as ffmpeg does.</summary>
    private long Decode(SegmentReader reader, AVPacket* packet, AVFrame* frame, List<RenditionPipeline> pipelines, CancellationToken cancellationToken)
    {
        var frames = 0L;
        var sent = ffmpeg.avcodec_send_packet(reader.Decoder, packet);
        if (sent == ffmpeg.AVERROR_EAGAIN)
        {
            frames += Receive(reader, frame, pipelines, cancellationToken);
            _ = ffmpeg.avcodec_send_packet(reader.Decoder, packet);
        }

        return frames + Receive(reader, frame, pipelines, cancellationToken);
    }

    private long Receive(SegmentReader reader, AVFrame* frame, List<RenditionPipeline> pipelines, CancellationToken cancellationToken)
    {
        var frames = 0L;
        while (true)
        {
            var answer = ffmpeg.avcodec_receive_frame(reader.Decoder, frame);
            if (answer is ffmpeg.AVERROR_EAGAIN or ffmpeg.AVERROR_EOF)
            {
                return frames;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (answer < 0)
            {
                return frames;
            }

            if (!InputFormats.TakesPixels(reader.PixelFormatOf(frame)))
            {
                throw new InputFaultException(InputFault.UnsupportedPixelFormat);
            }

            AVFields.Pts(frame) = AVFields.BestEffortTimestamp(frame) is var pts && pts != ffmpeg.AV_NOPTS_VALUE ? pts : 0;
            if (IsInClip(reader, AVFields.Pts(frame), AVFields.TimeBase(reader.Video)))
            {
                PushFrame(pipelines, frame);
            }

            frames++;
            ffmpeg.av_frame_unref(frame);
        }
    }

    private static void PushFrame(List<RenditionPipeline> pipelines, AVFrame* frame)
    {
        foreach (var pipeline in pipelines)
        {
            pipeline.PushFrame(frame);
        }
    }

    private static void PushAudio(List<RenditionPipeline> pipelines, AVPacket* packet)
    {
        foreach (var pipeline in pipelines)
        {
            pipeline.PushAudio(packet);
        }
    }

    /// <summary>from ≤ t ≤ to, counted from the start of the file; 0 leaves a side open.</summary>
    private bool IsInClip(SegmentReader reader, long pts, AVRational timeBase)
    {
        if (_clip is null || pts == ffmpeg.AV_NOPTS_VALUE)
        {
            return true;
        }

        var milliseconds = ((pts * (double)timeBase.num / timeBase.den) - reader.StartSeconds) * MillisecondsPerSecond;
        return milliseconds >= _clip.FromMilliseconds && (_clip.ToMilliseconds == 0 || milliseconds <= _clip.ToMilliseconds);
    }
}
