using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Every codec and container that comes in.</summary>
public sealed class InputFormatTests
{
    private const string Picture = "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.8";
    private const string Sound = "-f lavfi -i sine=duration=0.8:sample_rate=48000";
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

    /// <summary>ffmpeg's arguments, container, sound in TS, sound in MP4; empty sound means that there is none, null that the job is refused.</summary>
    public static TheoryData<string, string, string?, string?> Inputs => new()
    {
        { $"{Picture} {Sound} {H264} -c:a aac", "mpegts", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a aac", "mp4", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a aac -movflags frag_keyframe+empty_moov+default_base_moof", "mp4", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a aac", "mov", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a aac", "matroska", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a aac", "flv", "aac", "aac" },
        { $"{Picture} {Sound} -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p -c:a aac", "mpegts", "aac", "aac" },
        { $"{Picture} {Sound} -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p -c:a aac", "mp4", "aac", "aac" },
        { $"{Picture} {Sound} -c:v libvpx -deadline realtime -c:a libopus", "webm", "opus", "opus" },
        { $"{Picture} {Sound} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", "webm", "opus", "opus" },
        { $"{Picture} {Sound} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a aac", "mp4", "aac", "aac" },
        { $"{Picture} {Sound} {H264} -c:a ac3", "mpegts", "ac3", "ac3" },
        { $"{Picture} {Sound} {H264} -c:a eac3", "mpegts", "eac3", "eac3" },
        { $"{Picture} {Sound} {H264} -c:a mp2", "mpegts", "mp2", "mp3" },
        { $"{Picture} {Sound} {H264} -c:a libmp3lame", "mpegts", "mp3", "mp3" },
        { $"{Picture} {Sound} {H264} -c:a libopus", "mpegts", "opus", "opus" },
        { $"{Picture} {Sound} {H264} -c:a flac", "matroska", "", null },
        { $"{Picture} {Sound} {H264} -c:a pcm_s16le", "matroska", "", null },
        { $"{Picture} {H264} -an", "mpegts", "", "" },
        { $"{Picture} {H264} -an", "mp4", "", "" },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Every_input_becomes_both_containers(string arguments, string format, string? soundInTs, string? soundInMp4)
    {
        var source = MediaTool.Make(arguments, format);
        var before = MediaTool.Probe(source);

        foreach (var (container, sound) in new[] { (Container.MpegTs, soundInTs), (Container.Mp4, soundInMp4) })
        {
            var made = Engine.Transcode(source, Engine.P90 with { Container = container });
            if (sound is null)
            {
                Assert.Equal(InputFault.InvalidArgument, made.Fault);
                continue;
            }

            var after = MediaTool.Probe(made.Single);
            Assert.Equal((20, 20, (160, 90)), (before.Frames, after.Frames, after.Size));

            // MPEG-TS has no decoding time before zero: an input that begins there is moved as a whole, picture and sound alike.
            var shift = before.Times[0] < 0.2 && container == Container.MpegTs ? after.Times[0] - before.Times[0] : 0;
            Assert.InRange(shift, 0, 0.15);
            OutputFormatTests.Near(before.Times, after.Times, shift);
            Assert.Equal(sound, after.AudioCodec);
            if (sound.Length > 0)
            {
                OutputFormatTests.Near(before.AudioTimes, after.AudioTimes, shift);
            }
        }
    }

    [Theory]
    [InlineData("libx264", "yuv422p")]
    [InlineData("libx264", "yuv444p")]
    [InlineData("libx264", "yuvj420p")]
    [InlineData("libx264", "yuv420p10le")]
    [InlineData("libx264", "yuv422p10le")]
    [InlineData("libx264", "yuv444p10le")]
    [InlineData("libx265", "yuv420p10le")]
    public void Other_pixel_formats_become_8_bit_4_2_0(string encoder, string pixelFormat)
    {
        var source = MediaTool.Make($"{Picture} -frames:v 4 -c:v {encoder} -preset ultrafast -pix_fmt {pixelFormat}");

        var made = MediaTool.Probe(Engine.Transcode(source, Engine.P90).Single);

        Assert.Equal((pixelFormat, "yuv420p", 4), (MediaTool.Probe(source).PixelFormat, made.PixelFormat, made.Frames));
    }

    [Theory]
    [InlineData("libx264rgb", "gbrp", "mpegts", InputFault.UnsupportedPixelFormat)]
    [InlineData("libvpx-vp9", "yuv440p", "webm", InputFault.UnsupportedPixelFormat)]
    [InlineData("mpeg2video", "yuv420p", "mpegts", InputFault.UnsupportedCodec)]
    [InlineData("mpeg4", "yuv420p", "mp4", InputFault.UnsupportedCodec)]
    [InlineData("libx264", "yuv420p", "avi", InputFault.InvalidVideo)]
    [InlineData("libtheora", "yuv420p", "ogg", InputFault.InvalidVideo)]
    public void What_is_not_read_is_refused_by_name(string encoder, string pixelFormat, string format, string word)
    {
        var rgb = pixelFormat == "gbrp" ? "" : $"-pix_fmt {pixelFormat}";
        var source = MediaTool.Make($"{Picture} -frames:v 4 -c:v {encoder} {rgb}", format);

        Assert.Equal(word, Engine.Transcode(source, Engine.P90).Fault);
    }

    [Theory]
    [InlineData("mpegts", "mpegts")]
    [InlineData("mp4", "mov")]
    [InlineData("mov", "mov")]
    [InlineData("matroska", "matroska")]
    [InlineData("flv", "flv")]
    public void Containers_are_told_by_their_first_bytes(string format, string demuxer) =>
        Assert.Equal(demuxer, InputFormats.DemuxerOf(MediaTool.Make($"{Picture} {H264}", format)));
}
