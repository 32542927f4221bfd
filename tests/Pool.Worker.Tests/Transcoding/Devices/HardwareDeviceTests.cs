using Pool.Worker.FFmpeg;
using Pool.Worker.Tests.Cli;
using Pool.Worker.Tests.Transcoding.Formats;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>The real libraries are asked for devices that no machine has: GPU 99, and nodes far beyond the last.</summary>
public sealed class HardwareDeviceTests
{
    public HardwareDeviceTests() => FFmpegLibraries.Load();

    [Theory]
    [InlineData("nvidia:99", "99", "nvidia:99: NVIDIA's driver did not open GPU 99 (av_hwdevice_ctx_create: ", "see whether nvidia-smi shows it.")]
    [InlineData("vaapi:renderD9999", "renderD9999", "vaapi:renderD9999: no VA-API driver works on /dev/dri/renderD9999 (av_hwdevice_ctx_create: ", "see what vainfo says.")]
    [InlineData("qsv:renderD9999", "renderD9999", "qsv:renderD9999: Intel's Quick Sync does not work on /dev/dri/renderD9999 (av_hwdevice_ctx_create: ", "libmfx-gen1.2).")]
    public void A_device_that_libavutil_does_not_open_is_refused_with_what_to_do(string device, string place, string begins, string ends)
    {
        Assert.True(DeviceName.TryParse(device, out var name));

        var refused = Assert.Throws<DeviceException>(() => HardwareDevice.Open(name, new EverythingIsThere(place)));

        Assert.StartsWith(begins, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(ends, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void What_is_missing_is_said_before_the_libraries_are_asked()
    {
        var refused = Assert.Throws<DeviceException>(
            () => HardwareDevice.Open(new DeviceName(DeviceKind.Nvidia, "0"), new FakeMachine().Without("libcuda.so.1")));

        Assert.StartsWith("nvidia:0: libcuda.so.1 is not there: install NVIDIA's driver, version 470.57.02 or later", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h264_nvenc", -38, "this GPU has no NVENC encoder (data centre GPUs such as A100 and H200 have none)")]
    [InlineData("h264_nvenc", -2, "this GPU has no NVENC encoder")]
    [InlineData("h264_nvenc", -12, "no NVENC session is free, or no GPU memory: other programs on this GPU use them")]
    [InlineData("h264_nvenc", -22, "NVENC did not open (avcodec_open2: Invalid argument): install NVIDIA's driver 470.57.02 or later")]
    [InlineData("h264_vaapi", -38, "the GPU's VA-API driver has no such encoder: see VAEntrypointEncSlice")]
    [InlineData("h264_vaapi", -5, "the GPU's VA-API driver did not open an encoder (avcodec_open2: Input/output error)")]
    [InlineData("h264_qsv", -22, "Intel's Quick Sync did not open an encoder (avcodec_open2: Invalid argument)")]
    public void An_encoder_that_does_not_open_is_explained(string encoder, int answer, string sentence) => Assert.StartsWith(
        sentence,
        ((HardwareKind[])[new NvidiaKind(), new VaapiKind(), new QsvKind()])
            .Single(kind => kind.Encoders.Values.Contains(encoder)).WhyNoEncoder(new FFmpegException("avcodec_open2", answer)),
        StringComparison.Ordinal);

    [Fact]
    public void This_machine_answers_every_question()
    {
        var machine = new MachineSurroundings();

        Assert.True(machine.HasEncoder("h264_nvenc"));
        Assert.False(machine.HasEncoder("h264_none"));
        Assert.True(machine.HasFilter("scale_cuda"));
        Assert.False(machine.HasFilter("scale_none"));
        Assert.True(machine.HasLibrary("libavutil.so.57"));
        Assert.False(machine.HasLibrary("libnone.so.1"));
        Assert.Equal(NodeAccess.Open, machine.Open("/dev/null"));
        Assert.Equal(NodeAccess.Missing, machine.Open("/dev/dri/renderD9999"));
        Assert.Contains("null", machine.List("/dev"));
        Assert.Empty(machine.List("/dev/none"));
        Assert.NotNull(machine.ReadLine("/proc/version"));
        Assert.Null(machine.ReadLine("/proc/none"));
        Assert.True(machine.AskCuda() is { Error: null, Gpus: > 0 } or { Error: not null, Gpus: 0 });
    }

    /// <summary>The whole way: the command line, the worker, its sealed host, the probe, and the sentence back to the terminal.</summary>
    [Theory]
    [InlineData("nvidia:99")]
    [InlineData("vaapi:renderD9999")]
    [InlineData("qsv:/dev/dri/renderD9999")]
    public async Task A_device_that_cannot_be_used_ends_the_program_with_its_sentence_and_nothing_is_made_on_the_cpu(string device)
    {
        var folder = Directory.CreateTempSubdirectory("pool-device-");
        try
        {
            var video = Path.Combine(folder.FullName, "in.ts");
            await File.WriteAllBytesAsync(video, MediaTool.Make("-f lavfi -i testsrc2=size=192x108:rate=25:duration=1 -c:v libx264 -pix_fmt yuv420p"));
            var output = Path.Combine(folder.FullName, "out");

            using var program = WorkerProgram.Start(["transcode", video, "--out", output, "--device", device]);
            var (exit, said, error) = await program.EndAsync();

            Assert.Equal(1, exit);
            Assert.Empty(said);
            Assert.StartsWith($"pool-worker: {device.Replace("/dev/dri/", "", StringComparison.Ordinal)}: ", error, StringComparison.Ordinal);
            Assert.EndsWith(".", error.TrimEnd(), StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.False(Directory.Exists(output));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class EverythingIsThere(string place) : IDeviceSurroundings
    {
        public NodeAccess Open(string node) => NodeAccess.Open;

        public IReadOnlyList<string> List(string folder) => folder == DeviceName.RenderFolder ? [place] : ["nvidia0"];

        public string? ReadLine(string file) => file.EndsWith("vendor", StringComparison.Ordinal) ? "0x8086" : "535.183.01";

        public bool HasLibrary(string soname) => true;

        public bool HasEncoder(string name) => true;

        public bool HasFilter(string name) => true;

        public CudaAnswer AskCuda() => new(null, 100);
    }
}
