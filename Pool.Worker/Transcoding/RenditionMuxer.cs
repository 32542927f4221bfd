using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>Writes one rendition as MPEG-TS: the encoded video and the input's audio as it is. Timestamps are the input's.</summary>
internal sealed unsafe class RenditionMuxer : IDisposable
{
    private const string OutputFormat = "mpegts";

    private readonly StreamOutput _output;
    private readonly AVRational _videoTimeBase;
    private readonly AVRational _audioTimeBase;
    private AVFormatContext* _format;
    private AVStream* _video;
    private AVStream* _audio;
    private readonly long[] _lastDts = [long.MinValue, long.MinValue];

    internal RenditionMuxer(VideoEncoder encoder, SegmentReader reader, RenditionBytes onBytes)
    {
        _output = new StreamOutput(onBytes);
        _videoTimeBase = encoder.TimeBase;
        try
        {
            Open(encoder);
            if (reader.AudioIndex >= 0)
            {
                _audioTimeBase = AVFields.TimeBase(reader.Audio);
                AddAudio(AVFields.Parameters(reader.Audio));
            }

            FFmpegException.Check(ffmpeg.avformat_write_header(_format, null), nameof(ffmpeg.avformat_write_header));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal void WriteVideo(AVPacket* packet) => Write(packet, 0, _videoTimeBase, _video);

    internal void WriteAudio(AVPacket* packet) => Write(packet, 1, _audioTimeBase, _audio);

    internal void Finish()
    {
        FFmpegException.Check(ffmpeg.av_write_trailer(_format), nameof(ffmpeg.av_write_trailer));
        ffmpeg.avio_flush(_output.Io);
        _output.ThrowIfFailed();
    }

    public void Dispose()
    {
        ffmpeg.avformat_free_context(_format);
        _format = null;
        _output.Dispose();
    }

    private void Open(VideoEncoder encoder)
    {
        AVFormatContext* format = null;
        if (ffmpeg.avformat_alloc_output_context2(&format, null, OutputFormat, null) < 0)
        {
            throw new InputFaultException(InputFault.MuxerNotFound);
        }

        _format = format;
        AVFields.SetIo(_format, _output.Io);
        _video = FFmpegException.Check(ffmpeg.avformat_new_stream(_format, null), nameof(ffmpeg.avformat_new_stream));
        FFmpegException.Check(
            ffmpeg.avcodec_parameters_from_context(AVFields.Parameters(_video), encoder.Context), nameof(ffmpeg.avcodec_parameters_from_context));
        AVFields.TimeBase(_video) = _videoTimeBase;
    }

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
        KeepRising(packet, ref _lastDts[index]);
        AVFields.StreamIndex(packet) = index;
        AVFields.Position(packet) = -1;
        var answer = ffmpeg.av_interleaved_write_frame(_format, packet);
        _output.ThrowIfFailed();
        FFmpegException.Check(answer, nameof(ffmpeg.av_interleaved_write_frame));
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
