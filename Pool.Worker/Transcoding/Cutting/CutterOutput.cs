using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Files;

namespace Pool.Worker.Transcoding.Cutting;

/// <summary>One segment while it is written: MPEG-TS where that holds the codec, else Matroska.</summary>
internal sealed unsafe class CutterOutput : IDisposable
{
    private readonly CutterInput _input;
    private readonly MemoryStream _bytes = new();
    private readonly StreamOutput _output;
    private readonly PacketWriter _writer;
    private AVFormatContext* _format;
    private AVStream* _video;
    private AVStream* _audio;
    private long _pictures;

    internal CutterOutput(CutterInput input)
    {
        _input = input;
        _output = new StreamOutput(bytes => _bytes.Write(bytes));
        try
        {
            Open();
            _writer = new PacketWriter(_format, _output);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes a packet of the input and lets go of it.</summary>
    internal void Write(AVPacket* packet)
    {
        var isVideo = _input.IsVideo(packet);
        var stream = isVideo ? _video : _audio;
        ffmpeg.av_packet_rescale_ts(packet, AVFields.TimeBase(isVideo ? _input.Video : _input.Audio), AVFields.TimeBase(stream));
        AVFields.StreamIndex(packet) = isVideo ? 0 : 1;
        AVFields.Position(packet) = -1;
        _pictures += isVideo ? 1 : 0;
        _writer.Write(packet);
    }

    /// <summary>Ends the file and gives its bytes.</summary>
    /// <exception cref="FFmpegException">A packet of the video does not fit into it.</exception>
    internal ReadOnlyMemory<byte> Finish()
    {
        _writer.Finish();
        if (AVFields.FrameCount(_video) != _pictures)
        {
            throw new FFmpegException(nameof(ffmpeg.av_interleaved_write_frame), ffmpeg.AVERROR_INVALIDDATA);
        }

        return _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length);
    }

    public void Dispose()
    {
        ffmpeg.avformat_free_context(_format);
        _format = null;
        _output.Dispose();
    }

    private void Open()
    {
        AVFormatContext* format = null;
        if (ffmpeg.avformat_alloc_output_context2(&format, null, _input.SegmentFormat, null) < 0)
        {
            throw new InputFaultException(InputFault.MuxerNotFound);
        }

        _format = format;
        AVFields.SetIo(_format, _output.Io);
        _video = Add(_input.Video);
        _audio = _input.HasAudio ? Add(_input.Audio) : null;
        FFmpegException.Check(ffmpeg.avformat_write_header(_format, null), nameof(ffmpeg.avformat_write_header));
    }

    private AVStream* Add(AVStream* source)
    {
        var stream = FFmpegException.Check(ffmpeg.avformat_new_stream(_format, null), nameof(ffmpeg.avformat_new_stream));
        FFmpegException.Check(
            ffmpeg.avcodec_parameters_copy(AVFields.Parameters(stream), AVFields.Parameters(source)), nameof(ffmpeg.avcodec_parameters_copy));
        AVFields.CodecTag(AVFields.Parameters(stream)) = 0;
        AVFields.TimeBase(stream) = AVFields.TimeBase(source);
        return stream;
    }
}
