using Pool.Shared.Media;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>The picture is as near to the source as what the ffmpeg command makes with the same settings.</summary>
public sealed class PictureQualityTests
{
    private const string Source = "-f lavfi -i testsrc2=size=320x180:rate=30:duration=1,noise=alls=6:allf=t -c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p";
    private const string Cbr = "-b:v 200000 -minrate 200000 -maxrate 200000 -bufsize 200000";

    [Theory]
    [InlineData(VideoCodec.H264, EncoderProfile.Default, 0u, "-c:v libx264 -preset medium -bf 3 " + Cbr)]
    [InlineData(VideoCodec.H264, EncoderProfile.H264Baseline, 0u, "-c:v libx264 -preset medium -bf 0 -profile:v baseline " + Cbr)]
    [InlineData(VideoCodec.H264, EncoderProfile.H264High, 28u, "-c:v libx264 -preset medium -bf 3 -profile:v high -crf 28 -maxrate 200000 -bufsize 200000")]
    [InlineData(VideoCodec.Hevc, EncoderProfile.Default, 0u, "-c:v libx265 -preset medium -bf 3 -x265-params log-level=none:open-gop=0:pools=1 " + Cbr)]
    [InlineData(VideoCodec.Vp9, EncoderProfile.Default, 0u, "-c:v libvpx-vp9 -deadline good -cpu-used 4 -row-mt 1 " + Cbr)]
    public void Psnr_is_within_a_tenth_of_a_decibel(VideoCodec codec, EncoderProfile profile, uint quality, string settings)
    {
        var source = MediaTool.Make(Source);
        var scaled = MediaTool.Remake(source, "-vf scale=160:90 -c:v ffv1 -f matroska");
        var theirs = MediaTool.Remake(source, $"-vf scale=160:90 {settings} -threads 1 -f mp4", "-copyts");

        var ours = Engine.TranscodeOnOneThread(source, Engine.P90 with
        {
            Codec = codec,
            EncoderProfile = profile,
            Quality = quality,
            BitrateBps = 200_000,
            Container = Container.Mp4,
        }).Single;

        Assert.InRange(MediaTool.Psnr(ours, scaled), MediaTool.Psnr(theirs, scaled) - 0.1, double.MaxValue);
        Assert.InRange(ours.Length, theirs.Length * 0.95, theirs.Length * 1.05);
    }
}
