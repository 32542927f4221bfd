using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Times of decoding that an encoder answers, by how many frames it was given.</summary>
public sealed class EncoderClockTests
{
    private const int Seed = 20_261_122;
    private const long FrameTicks = 3600;

    private static readonly AVRational s_outer = new(1, 90_000);
    private static readonly AVRational s_rate = new(25, 1);

    public EncoderClockTests() => FFmpegLibraries.Load();

    [Theory]
    [InlineData(VideoCodec.Hevc, -2, -2 * FrameTicks)]
    [InlineData(VideoCodec.Hevc, 1, FrameTicks)]
    [InlineData(VideoCodec.H264, -2 * FrameTicks, -2 * FrameTicks)]
    [InlineData(VideoCodec.H264, FrameTicks, FrameTicks)]
    public void An_encoder_may_decode_as_long_before_the_first_frame_as_its_delay(VideoCodec codec, long decode, long expected)
    {
        var (clock, last) = Clock(codec, frames: 3);

        Assert.Equal(126_000 + expected, clock.DecodeTime(Encoder(codec, 126_000) + decode, last));
    }

    [Theory]
    [InlineData(VideoCodec.Hevc)]
    [InlineData(VideoCodec.H264)]
    public void A_time_that_cannot_be_is_not_known(VideoCodec codec)
    {
        var random = new Random(Seed);
        foreach (var frames in new[] { 1, 2, 3, 60 })
        {
            var (clock, last) = Clock(codec, frames);
            var (first, span) = (Encoder(codec, 126_000), last - Encoder(codec, 126_000));
            Assert.All(
                [long.MinValue, long.MinValue + 126_000, long.MinValue + 35, -94_047_123_456_789, first - span - 17, last + 1, 94_047_123_456_789, 6_510_615_555_426_900_571, long.MaxValue],
                decode => Assert.Equal(ffmpeg.AV_NOPTS_VALUE, clock.DecodeTime(decode, last)));
            for (var i = 0; i < 1000; i++)
            {
                var time = clock.DecodeTime(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64), last);
                Assert.True(time == ffmpeg.AV_NOPTS_VALUE || (time <= clock.ToOuter(last) && time >= clock.ToOuter(first - span - 16)), $"{time} of {frames} frames");
            }
        }
    }

    /// <summary>A clock that has seen frames from 1.4 s on, and the time of the last one in the encoder's ticks.</summary>
    private static (EncoderClock Clock, long Last) Clock(VideoCodec codec, int frames)
    {
        var clock = new EncoderClock(codec, s_outer, s_rate);
        long[] given = [.. Enumerable.Range(0, frames).Select(n => clock.ToEncoder(126_000 + (n * FrameTicks)))];
        return (clock, given[^1]);
    }

    private static long Encoder(VideoCodec codec, long time) => codec == VideoCodec.H264 ? time : time / FrameTicks;
}
