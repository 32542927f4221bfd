using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>The chain between decoder and encoder, as text, and that FFmpeg's own filters know every word of it.</summary>
public sealed class ScalingTests
{
    private const string Upload = "scale w=640:h=360 | fps fps=30/1 | format pix_fmts=yuv420p | format pix_fmts=nv12 | hwupload";

    private static readonly AVRational s_rate = new(30, 1);

    public ScalingTests() => FFmpegLibraries.Load();

    public static TheoryData<string, bool, string> Chains => new()
    {
        { "cuda", true, "scale_cuda w=640:h=360:interp_algo=bicubic:format=nv12:passthrough=0 | fps fps=30/1 | format pix_fmts=cuda" },
        { "cuda", false, $"{Upload} | format pix_fmts=cuda" },
        { "vaapi", true, "scale_vaapi w=640:h=360:mode=hq:format=nv12:extra_hw_frames=16 | fps fps=30/1 | format pix_fmts=vaapi" },
        { "vaapi", false, $"{Upload} | format pix_fmts=vaapi" },
        { "qsv", true, "hwmap | format pix_fmts=qsv | vpp_qsv w=640:h=360:format=nv12:extra_hw_frames=16 | fps fps=30/1 | format pix_fmts=qsv" },
        { "qsv", false, $"{Upload} extra_hw_frames=64 | format pix_fmts=qsv" },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Frames_are_scaled_where_they_are_and_get_their_rate_after_it(string kind, bool isOnDevice, string chain) =>
        Assert.Equal(chain, Text(Kind(kind).Scaling((640, 360), s_rate, isOnDevice)));

    [Theory]
    [MemberData(nameof(Chains))]
    public void Without_a_rate_the_frames_pass_as_they_are(string kind, bool isOnDevice, string chain) => Assert.Equal(
        chain.Replace(" | fps fps=30/1", "", StringComparison.Ordinal), Text(Kind(kind).Scaling((640, 360), null, isOnDevice)));

    [Theory]
    [MemberData(nameof(Chains))]
    public unsafe void Ffmpegs_filters_know_every_argument(string kind, bool isOnDevice, string chain)
    {
        Assert.NotEmpty(chain);
        var graph = ffmpeg.avfilter_graph_alloc();
        var steps = Kind(kind).Scaling((640, 360), s_rate, isOnDevice).ToList();
        for (var index = 0; index < steps.Count; index++)
        {
            AVFilterContext* context = null;
            var filter = ffmpeg.avfilter_get_by_name(steps[index].Filter);
            Assert.True(filter != null, $"There is no filter {steps[index].Filter}");
            Assert.True(
                ffmpeg.avfilter_graph_create_filter(&context, filter, $"step{index}", steps[index].Arguments, null, graph) >= 0,
                $"{steps[index].Filter} refuses {steps[index].Arguments}");
        }

        ffmpeg.avfilter_graph_free(&graph);
    }

    [Fact]
    public void The_cpu_scales_as_it_always_did() => Assert.Equal(
        "scale w=640:h=360 | fps fps=30/1 | format pix_fmts=yuv420p", Text(CpuDevice.Instance.Scaling((640, 360), s_rate, isOnDevice: false)));

    [Theory]
    [InlineData("cuda")]
    [InlineData("vaapi")]
    [InlineData("qsv")]
    public void What_hardware_does_not_decode_everywhere_is_left_to_the_cpu(string kind)
    {
        Assert.True(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_H264, AVPixelFormat.AV_PIX_FMT_YUV420P));
        Assert.True(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_HEVC, AVPixelFormat.AV_PIX_FMT_YUV420P10LE));
        Assert.False(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_H264, AVPixelFormat.AV_PIX_FMT_YUV422P));
        Assert.False(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_H264, AVPixelFormat.AV_PIX_FMT_YUV420P10LE));
        Assert.False(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_H264, AVPixelFormat.AV_PIX_FMT_YUVJ420P));
        Assert.False(Kind(kind).Decodes(AVCodecID.AV_CODEC_ID_H264, AVPixelFormat.AV_PIX_FMT_NONE));
    }

    private static string Text(IEnumerable<FilterStep> chain) =>
        string.Join(" | ", chain.Select(step => step.Arguments is null ? step.Filter : $"{step.Filter} {step.Arguments}"));

    private static HardwareKind Kind(string frameFormat) => frameFormat switch
    {
        "cuda" => new NvidiaKind(),
        "vaapi" => new VaapiKind(),
        _ => new QsvKind(),
    };
}
