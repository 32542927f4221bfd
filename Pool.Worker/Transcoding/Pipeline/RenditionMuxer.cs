using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Files;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>
/// Writes one rendition: the encoded video and the input's audio as it is (protocol §7.6). Timestamps are the input's. MPEG-TS goes out
/// while it is made, MP4 when it is whole.
/// </summary>
/// <remarks>
/// What the container has no place for is refused with "Invalid argument": sound of a kind that MP4 does not know, a frame hours away from the
/// one before. Single packets of sound that are damaged are left out.
/// </remarks>
internal sealed unsafe class RenditionMuxer : IDisposable
{
    private const long MinTicksPerSecond = 10_000;

    private readonly MuxerOutput _output;
    private readonly PacketWriter _writer;
    private readonly AVRational _videoTimeBase;
    private readonly long _wrapTicks;
    private readonly AVRational _audioTimeBase;
    private AVFormatContext* _format;
    private AVStream* _video;
    private AVStream* _audio;
    private readonly long[] _lastDts = [long.MinValue, long.MinValue];

    internal RenditionMuxer(VideoProfile profile, VideoEncoder encoder, SegmentReader reader, RenditionBytes onBytes)
    {
        var format = OutputFormat.Of(profile);
        _output = format.Container == Container.Mp4 ? new MemoryOutput(onBytes) : new StreamOutput(onBytes);
        _videoTimeBase = encoder.TimeBase;
        _wrapTicks = reader.WrapTicks;
        try
        {
            Open(format, encoder);
            if (reader.AudioIndex >= 0 && IsKnown(format, AVFields.Parameters(reader.Audio)))
            {
                _audioTimeBase = AVFields.TimeBase(reader.Audio);
                AddAudio(AVFields.Parameters(reader.Audio));
            }

            WriteHeader(format);
            _writer = new PacketWriter(_format, _output);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes an encoded packet, which must have a duration: MP4 ends with that of its last frame, and at 0 this frame is beyond the end and
    /// a gateway counts one less.
    /// </summary>
    internal void WriteVideo(AVPacket* packet) => Write(packet, 0, _videoTimeBase, _video);

    internal void WriteAudio(AVPacket* packet)
    {
        if (_audio != null)
        {
            Write(packet, 1, _audioTimeBase, _audio);
        }
    }

    /// <summary>Ends the file.</summary>
    /// <param name="frames">Frames that were encoded: all of them must be in it.</param>
    /// <exception cref="InputFaultException">The container cannot hold them, or the sound.</exception>
    /// <exception cref="InvalidOperationException">The encoder has lost some.</exception>
    internal void Finish(long frames)
    {
        try
        {
            _writer.Finish();
        }
        catch (FFmpegException refused) when (PacketWriter.IsRefusal(refused.Code))
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }

        if (AVFields.FrameCount(_video) is var written && written != frames)
        {
            throw _writer.HasLeftOut
                ? new InputFaultException(InputFault.InvalidArgument)
                : new InvalidOperationException($"a rendition has {written} of the {frames} frames that were encoded");
        }

        _output.Complete();
    }

    public void Dispose()
    {
        ffmpeg.avformat_free_context(_format);
        _format = null;
        _output.Dispose();
    }

    private void Open(OutputFormat output, VideoEncoder encoder)
    {
        AVFormatContext* format = null;
        if (ffmpeg.avformat_alloc_output_context2(&format, null, output.Muxer, null) < 0)
        {
            throw new InputFaultException(InputFault.MuxerNotFound);
        }

        _format = format;
        AVFields.SetIo(_format, _output.Io);
        _video = FFmpegException.Check(ffmpeg.avformat_new_stream(_format, null), nameof(ffmpeg.avformat_new_stream));
        FFmpegException.Check(
            ffmpeg.avcodec_parameters_from_context(AVFields.Parameters(_video), encoder.Context), nameof(ffmpeg.avcodec_parameters_from_context));

        // Not what the encoder took, which may lie on a device, but what is in the file: MP4 writes it into the head of VP9.
        AVFields.PixelFormat(AVFields.Parameters(_video)) = (int)AVPixelFormat.AV_PIX_FMT_YUV420P;
        AVFields.CodecTag(AVFields.Parameters(_video)) =
            output.Tag is { } tag ? BinaryPrimitives.ReadUInt32LittleEndian(Encoding.ASCII.GetBytes(tag)) : 0;
        AVFields.TimeBase(_video) = _videoTimeBase;
    }

    private void WriteHeader(OutputFormat output)
    {
        AVDictionary* options = null;
        try
        {
            // A buffer at a time instead of every packet: each write wakes up a reader in another process.
            _ = ffmpeg.av_dict_set(&options, "flush_packets", "0", 0);
            if (output.Container == Container.Mp4)
            {
                // Where a track begins and ends is told in ticks of the whole movie, and the muxer's milliseconds would put both a part of
                // one off: frames beyond them are not shown, and a gateway that decodes counts less.
                _ = ffmpeg.av_dict_set(&options, "movie_timescale", MovieTimescale().ToString(CultureInfo.InvariantCulture), 0);
            }

            if (ffmpeg.avformat_write_header(_format, &options) < 0)
            {
                _output.ThrowIfFailed();
                throw new InputFaultException(InputFault.InvalidArgument);
            }
        }
        finally
        {
            ffmpeg.av_dict_free(&options);
        }
    }

    /// <summary>The video track's own ticks per second, by the muxer's rule: doubled until they are fine enough.</summary>
    private long MovieTimescale()
    {
        long ticks = _videoTimeBase.den;
        while (ticks < MinTicksPerSecond)
        {
            ticks *= 2;
        }

        return ticks;
    }

    /// <summary>A track that is announced but has nothing in it has no sample rate, and MP4 cannot describe it: it is left out.</summary>
    private static bool IsKnown(OutputFormat output, AVCodecParameters* parameters) =>
        output.Container != Container.Mp4 || AVFields.SampleRate(parameters) > 0;

    private void AddAudio(AVCodecParameters* parameters)
    {
        _audio = FFmpegException.Check(ffmpeg.avformat_new_stream(_format, null), nameof(ffmpeg.avformat_new_stream));
        FFmpegException.Check(ffmpeg.avcodec_parameters_copy(AVFields.Parameters(_audio), parameters), nameof(ffmpeg.avcodec_parameters_copy));
        AVFields.CodecTag(AVFields.Parameters(_audio)) = 0;
        AVFields.TimeBase(_audio) = _audioTimeBase;
    }

    private void Write(AVPacket* packet, int index, AVRational timeBase, AVStream* stream)
    {
        ffmpeg.av_packet_rescale_ts(packet, timeBase, AVFields.TimeBase(stream));
        Move(packet, ffmpeg.av_rescale_q(_wrapTicks, SegmentReader.TransportClock, AVFields.TimeBase(stream)));
        KeepRising(packet, ref _lastDts[index]);
        AVFields.StreamIndex(packet) = index;
        AVFields.Position(packet) = -1;
        _writer.Write(packet);
    }

    private static void Move(AVPacket* packet, long ticks)
    {
        ref var dts = ref AVFields.Dts(packet);
        ref var pts = ref AVFields.Pts(packet);
        dts = dts == ffmpeg.AV_NOPTS_VALUE ? dts : dts + ticks;
        pts = pts == ffmpeg.AV_NOPTS_VALUE ? pts : pts + ticks;
    }

    /// <summary>Inputs repeat timestamps or go back; a muxer takes only rising ones. The packet is kept, one tick later.</summary>
    private static void KeepRising(AVPacket* packet, ref long last)
    {
        ref var dts = ref AVFields.Dts(packet);
        ref var pts = ref AVFields.Pts(packet);
        if (dts == ffmpeg.AV_NOPTS_VALUE)
        {
            dts = pts == ffmpeg.AV_NOPTS_VALUE ? (last == long.MinValue ? 0 : last + 1) : pts;
        }

        if (last != long.MinValue && dts <= last)
        {
            dts = last + 1;
        }

        if (pts == ffmpeg.AV_NOPTS_VALUE || pts < dts)
        {
            pts = dts;
        }

        last = dts;
    }
}
