using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Files;

/// <summary>
/// A muxer as packets go in. One that its container cannot hold is left out: damaged sound, or a time too far from the others, costs
/// nothing but itself.
/// </summary>
/// <param name="format">The muxer, its header written.</param>
/// <param name="output">Where its bytes go.</param>
internal sealed unsafe class PacketWriter(AVFormatContext* format, MuxerOutput output)
{
    /// <summary>Something was left out. FFmpeg may say so of a packet that waited: which one it was is not known.</summary>
    internal bool HasLeftOut { get; private set; }

    /// <summary>What a muxer answers to a packet, or to a track, that its container cannot hold.</summary>
    internal static bool IsRefusal(int answer) =>
        answer is ffmpeg.AVERROR_INVALIDDATA or ffmpeg.AVERROR_EINVAL or ffmpeg.AVERROR_PATCHWELCOME;

    internal void Write(AVPacket* packet)
    {
        var answer = ffmpeg.av_interleaved_write_frame(format, packet);
        output.ThrowIfFailed();
        if (!IsLeftOut(answer))
        {
            FFmpegException.Check(answer, nameof(ffmpeg.av_interleaved_write_frame));
        }
    }

    /// <summary>Ends the file.</summary>
    internal void Finish()
    {
        // The muxer stops at a packet that it refuses, and would end the file without those that wait behind it.
        while (IsLeftOut(ffmpeg.av_interleaved_write_frame(format, null)))
        {
        }

        var answer = ffmpeg.av_write_trailer(format);
        ffmpeg.avio_flush(output.Io);
        output.ThrowIfFailed();
        FFmpegException.Check(answer, nameof(ffmpeg.av_write_trailer));
    }

    private bool IsLeftOut(int answer)
    {
        var isRefused = IsRefusal(answer);
        HasLeftOut |= isRefused;
        return isRefused;
    }
}
