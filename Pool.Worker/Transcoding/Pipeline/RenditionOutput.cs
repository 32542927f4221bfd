using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Files;

namespace Pool.Worker.Transcoding.Pipeline;

/// <summary>The rendition's second half: encoder and muxer.</summary>
internal sealed unsafe class RenditionOutput : IDisposable
{
    private readonly VideoEncoder _encoder;
    private readonly RenditionMuxer _muxer;
    private AVPacket* _packet;
    private long _frames;

    /// <param name="profile">What is asked for.</param>
    /// <param name="size">Size of the frames that will come.</param>
    /// <param name="filter">Where they come from.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="reader">The segment, for its audio.</param>
    /// <param name="onBytes">Takes the file's bytes as they are made.</param>
    /// <param name="threads">Threads of the encoder.</param>
    internal RenditionOutput(
        VideoProfile profile, (int Width, int Height) size, FrameFilter filter, AVFrame* first, SegmentReader reader, RenditionBytes onBytes, int threads)
    {
        _encoder = new VideoEncoder(profile, size, filter, first, threads);
        try
        {
            _muxer = new RenditionMuxer(profile, _encoder, reader, onBytes);
            _packet = FFmpegException.Check(ffmpeg.av_packet_alloc(), nameof(ffmpeg.av_packet_alloc));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Encodes a frame and writes what the encoder has ready; null is the end of the video.</summary>
    internal void Encode(AVFrame* frame)
    {
        _encoder.Push(frame);
        _frames += frame != null ? 1 : 0;
        while (_encoder.TryPull(_packet))
        {
            _muxer.WriteVideo(_packet);
            ffmpeg.av_packet_unref(_packet);
        }
    }

    internal void WriteAudio(AVPacket* packet) => _muxer.WriteAudio(packet);

    /// <summary>Ends the video and the file.</summary>
    internal void Finish()
    {
        Encode(null);
        _muxer.Finish(_frames);
    }

    public void Dispose()
    {
        var packet = _packet;
        ffmpeg.av_packet_free(&packet);
        _packet = null;
        _muxer?.Dispose();
        _encoder.Dispose();
    }
}
