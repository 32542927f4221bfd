using System.Runtime.InteropServices;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>
/// The fields that hold devices are where the tables say: FFmpeg gives back every reference that it finds in them, and refuses frames
/// of a device that do not fit. A device need not work to be referred to.
/// </summary>
public sealed unsafe partial class HardwareLayoutTests
{
    public HardwareLayoutTests() => FFmpegLibraries.Load();

    [Fact]
    public void A_codec_gives_its_device_back()
    {
        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var codec = ffmpeg.avcodec_alloc_context3(ffmpeg.avcodec_find_decoder(AVCodecID.AV_CODEC_ID_H264));

        AVFields.SetHardwareDevice(codec, ffmpeg.av_buffer_ref(device));

        Assert.Equal(2, av_buffer_get_ref_count(device));
        ffmpeg.avcodec_free_context(&codec);
        Assert.Equal(1, av_buffer_get_ref_count(device));
        ffmpeg.av_buffer_unref(&device);
    }

    [Fact]
    public void A_decoder_for_a_device_opens_and_gives_it_back()
    {
        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var decoder = ffmpeg.avcodec_find_decoder(AVCodecID.AV_CODEC_ID_H264);
        var codec = ffmpeg.avcodec_alloc_context3(decoder);

        AVFields.SetHardwareDevice(codec, ffmpeg.av_buffer_ref(device));
        Assert.Equal(0, ffmpeg.av_opt_set_int(codec, "extra_hw_frames", HardwareKind.DecodedFramesInUse, 0));

        Assert.Equal(0, ffmpeg.avcodec_open2(codec, decoder, null));
        ffmpeg.avcodec_free_context(&codec);
        Assert.Equal(1, av_buffer_get_ref_count(device));
        ffmpeg.av_buffer_unref(&device);
    }

    [Fact]
    public void An_encoder_refuses_frames_of_a_device_that_are_not_its_own()
    {
        Assert.Equal(0, OpenEncoder(null));

        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var frames = av_hwframe_ctx_alloc(device);
        Assert.Equal(ffmpeg.AVERROR_EINVAL, OpenEncoder(frames));

        Assert.Equal(1, av_buffer_get_ref_count(frames));
        ffmpeg.av_buffer_unref(&frames);
        ffmpeg.av_buffer_unref(&device);
    }

    [Fact]
    public void A_graph_gives_back_the_device_of_its_filters_and_the_frames_of_its_source()
    {
        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var frames = av_hwframe_ctx_alloc(device);
        var frame = ffmpeg.av_frame_alloc();
        SetHardwareFrames(frame, ffmpeg.av_buffer_ref(frames));
        var graph = ffmpeg.avfilter_graph_alloc();
        AVFilterContext* source = null;
        AVFilterContext* upload = null;
        var arguments = $"video_size=16x16:pix_fmt={ffmpeg.av_get_pix_fmt("cuda")}:time_base=1/25";
        Assert.Equal(0, ffmpeg.avfilter_graph_create_filter(&source, ffmpeg.avfilter_get_by_name("buffer"), "in", arguments, null, graph));
        Assert.Equal(0, ffmpeg.avfilter_graph_create_filter(&upload, ffmpeg.avfilter_get_by_name("hwupload"), "up", null, null, graph));

        DeviceFrames.Announce(source, frame);
        AVFields.SetHardwareDevice(upload, ffmpeg.av_buffer_ref(device));

        Assert.Equal(3, av_buffer_get_ref_count(frames));
        var held = av_buffer_get_ref_count(device);
        ffmpeg.avfilter_graph_free(&graph);
        Assert.Equal(2, av_buffer_get_ref_count(frames));
        Assert.Equal(held - 1, av_buffer_get_ref_count(device));
        ffmpeg.av_frame_free(&frame);
        ffmpeg.av_buffer_unref(&frames);
        ffmpeg.av_buffer_unref(&device);
    }

    [Fact]
    public void A_frame_on_a_device_is_known_by_its_frames_and_gives_them_back()
    {
        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var frames = av_hwframe_ctx_alloc(device);
        var frame = ffmpeg.av_frame_alloc();
        Assert.False(DeviceFrames.IsOnDevice(frame));

        SetHardwareFrames(frame, ffmpeg.av_buffer_ref(frames));

        Assert.True(DeviceFrames.IsOnDevice(frame));
        Assert.Equal(2, av_buffer_get_ref_count(frames));
        Assert.Equal(AVPixelFormat.AV_PIX_FMT_NONE, DeviceFrames.PixelFormat(frame));

        // Of the references of a frame, this is the one that is not a property.
        var other = ffmpeg.av_frame_alloc();
        Assert.Equal(0, av_frame_copy_props(other, frame));
        Assert.False(DeviceFrames.IsOnDevice(other));
        ffmpeg.av_frame_free(&other);
        ffmpeg.av_frame_free(&frame);
        Assert.Equal(1, av_buffer_get_ref_count(frames));
        ffmpeg.av_buffer_unref(&frames);
        ffmpeg.av_buffer_unref(&device);
    }

    [Theory]
    [InlineData("nv12", "yuv420p")]
    [InlineData("p010le", "yuv420p10le")]
    [InlineData("yuv444p", "yuv444p")]
    public void A_devices_own_ways_of_storing_are_the_same_pixels(string stored, string pixels)
    {
        var device = av_hwdevice_ctx_alloc(AVHWDeviceType.AV_HWDEVICE_TYPE_CUDA);
        var frames = av_hwframe_ctx_alloc(device);
        var layout = FFmpegLibraries.Loaded.AvUtil;
        *(int*)(*(byte**)((byte*)frames + layout.BufferData) + layout.HardwareFramesSoftwareFormat) = ffmpeg.av_get_pix_fmt(stored);
        var frame = ffmpeg.av_frame_alloc();
        SetHardwareFrames(frame, frames);

        Assert.Equal(ffmpeg.av_get_pix_fmt(pixels), (int)DeviceFrames.PixelFormat(frame));
        ffmpeg.av_frame_free(&frame);
        ffmpeg.av_buffer_unref(&device);
    }

    private static int OpenEncoder(AVBufferRef* frames)
    {
        var encoder = ffmpeg.avcodec_find_encoder_by_name("libx264");
        var codec = ffmpeg.avcodec_alloc_context3(encoder);
        AVFields.Width(codec) = AVFields.Height(codec) = 160;
        AVFields.TimeBase(codec) = new AVRational(1, 25);
        AVFields.PixelFormat(codec) = (int)AVPixelFormat.AV_PIX_FMT_YUV420P;
        if (frames != null)
        {
            AVFields.SetHardwareFrames(codec, ffmpeg.av_buffer_ref(frames));
        }

        var answer = ffmpeg.avcodec_open2(codec, encoder, null);
        ffmpeg.avcodec_free_context(&codec);
        return answer;
    }

    private static void SetHardwareFrames(AVFrame* frame, AVBufferRef* frames) =>
        *(AVBufferRef**)((byte*)frame + FFmpegLibraries.Loaded.AvUtil.FrameHardwareFrames) = frames;

    [LibraryImport("libavutil.so.57")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial AVBufferRef* av_hwdevice_ctx_alloc(AVHWDeviceType type);

    [LibraryImport("libavutil.so.57")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial AVBufferRef* av_hwframe_ctx_alloc(AVBufferRef* device);

    [LibraryImport("libavutil.so.57")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int av_frame_copy_props(AVFrame* target, AVFrame* source);

    [LibraryImport("libavutil.so.57")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int av_buffer_get_ref_count(AVBufferRef* buffer);
}
