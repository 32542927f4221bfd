using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>Takes a decoded frame; it is valid only until the call returns.</summary>
internal unsafe delegate void FrameTaken(AVFrame* frame);

/// <summary>Decodes a whole video, one frame after the other.</summary>
internal static unsafe class VideoFrames
{
    /// <summary>Gives every frame of the reader's video out, with its best timestamp. What cannot be decoded is skipped.</summary>
    /// <returns>How many there were.</returns>
    internal static long ForEach(SegmentReader reader, FrameTaken onFrame)
    {
        var packet = FFmpegException.Check(ffmpeg.av_packet_alloc(), nameof(ffmpeg.av_packet_alloc));
        var frame = ffmpeg.av_frame_alloc();
        try
        {
            FFmpegException.Check(frame, nameof(ffmpeg.av_frame_alloc));
            var frames = 0L;
            while (frames <= TranscodeLimits.MaxFrames && reader.TryRead(packet))
            {
                if (AVFields.StreamIndex(packet) == reader.VideoIndex)
                {
                    _ = ffmpeg.avcodec_send_packet(reader.Decoder, packet);
                    frames += Receive(reader, frame, onFrame);
                }

                ffmpeg.av_packet_unref(packet);
            }

            _ = ffmpeg.avcodec_send_packet(reader.Decoder, null);
            return frames + Receive(reader, frame, onFrame);
        }
        finally
        {
            ffmpeg.av_frame_free(&frame);
            ffmpeg.av_packet_free(&packet);
        }
    }

    private static long Receive(SegmentReader reader, AVFrame* frame, FrameTaken onFrame)
    {
        var frames = 0L;
        while (ffmpeg.avcodec_receive_frame(reader.Decoder, frame) >= 0)
        {
            var best = AVFields.BestEffortTimestamp(frame);
            AVFields.Pts(frame) = best == ffmpeg.AV_NOPTS_VALUE ? 0 : best;
            onFrame(frame);
            ffmpeg.av_frame_unref(frame);
            frames++;
        }

        return frames;
    }
}
