using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>What a GPU's owner reads when a part is missing.</summary>
public sealed class DeviceProbeTests
{
    private static readonly FakeMachine s_whole = new();

    [Theory]
    [InlineData("nvidia:0")]
    [InlineData("vaapi:renderD128")]
    [InlineData("qsv:renderD128")]
    [InlineData("cpu")]
    public void On_a_whole_machine_nothing_is_missing(string device) => Assert.Null(FirstMissing(device, s_whole));

    [Theory]
    [InlineData("h264_nvenc", "FFmpeg's libraries have no encoder h264_nvenc: install a build with it")]
    [InlineData("scale_cuda", "FFmpeg's libraries have no filter scale_cuda: install a build with it")]
    [InlineData("libcuda.so.1", "libcuda.so.1 is not there: install NVIDIA's driver, version 470.57.02 or later")]
    [InlineData("libnvcuvid.so.1", "libnvcuvid.so.1 is not there: install the driver's decoder")]
    [InlineData("libnvidia-encode.so.1", "libnvidia-encode.so.1 is not there: install the driver's encoder")]
    [InlineData("/proc/driver/nvidia/version", "NVIDIA's kernel driver is not loaded: run `modprobe nvidia`")]
    [InlineData("/dev/nvidia0", "/dev/nvidia0 is not there: run `nvidia-modprobe` as root")]
    [InlineData("/dev/nvidiactl", "/dev/nvidiactl is not there: run `nvidia-modprobe -u -c 0` as root")]
    [InlineData("/dev/nvidia-uvm", "/dev/nvidia-uvm is not there: run `nvidia-modprobe -u -c 0` as root")]
    public void What_nvidia_lacks_is_named(string what, string sentence) =>
        Assert.StartsWith(sentence, FirstMissing("nvidia:0", s_whole.Without(what)), StringComparison.Ordinal);

    [Fact]
    public void What_is_needed_first_is_named_first()
    {
        var machine = s_whole;
        string[] inOrder =
        [
            "/dev/nvidia0", "/proc/driver/nvidia/version", "libnvidia-encode.so.1", "libnvcuvid.so.1", "libcuda.so.1", "scale_cuda", "h264_nvenc",
        ];

        foreach (var what in inOrder)
        {
            machine = machine.Without(what);
            Assert.Contains(what.StartsWith("/proc", StringComparison.Ordinal) ? "kernel driver" : what, FirstMissing("nvidia:0", machine), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  450.80.02  Wed Sep 23 01:13:39 UTC 2020", "450.80.02")]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.42.01  Tue Jun 15 21:26:37 UTC 2021", "470.42.01")]
    public void An_old_driver_of_nvidias_is_named_with_the_version_that_is_needed(string said, string version) => Assert.Equal(
        $"NVIDIA's driver {version} is too old: install version 470.57.02 or later",
        FirstMissing("nvidia:0", s_whole.With("/proc/driver/nvidia/version", said)));

    [Theory]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.57.02  Tue Jul 13 16:14:05 UTC 2021")]
    [InlineData("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U16-I3-A17-3-2)")]
    [InlineData("NVRM version: of a kind that nobody knows yet")]
    public void A_driver_of_nvidias_that_may_do_is_tried(string said) =>
        Assert.Null(FirstMissing("nvidia:0", s_whole.With("/proc/driver/nvidia/version", said)));

    [Theory]
    [InlineData("nvidia:0", "/dev/nvidia0", "/dev/nvidia0: permission denied: add the user to group video (usermod -aG video USER) and log in again")]
    [InlineData("nvidia:0", "/dev/nvidiactl", "/dev/nvidiactl: permission denied: add the user to group video (usermod -aG video USER) and log in again")]
    [InlineData("vaapi:renderD128", "/dev/dri/renderD128", "/dev/dri/renderD128: permission denied: add the user to group render (usermod -aG render USER) and log in again")]
    [InlineData("qsv:renderD128", "/dev/dri/renderD128", "/dev/dri/renderD128: permission denied: add the user to group render (usermod -aG render USER) and log in again")]
    public void A_node_that_may_not_be_opened_is_named_with_its_group(string device, string node, string sentence) =>
        Assert.Equal(sentence, FirstMissing(device, s_whole.With(node, NodeAccess.Denied)));

    [Fact]
    public void A_node_that_does_not_answer_is_named() =>
        Assert.Equal("/dev/dri/renderD128 does not answer: see what the kernel says (dmesg)",
            FirstMissing("vaapi:renderD128", s_whole.With("/dev/dri/renderD128", NodeAccess.Dead)));

    [Fact]
    public void A_driver_of_nvidias_that_does_not_start_is_quoted() => Assert.StartsWith(
        "NVIDIA's driver does not start (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH): ",
        FirstMissing("nvidia:0", s_whole with { Cuda = new CudaAnswer("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", 0) }), StringComparison.Ordinal);

    [Fact]
    public void A_gpu_that_is_not_there_is_refused_with_the_number_of_those_that_are() =>
        Assert.Equal("there is no GPU 1: NVIDIA's driver shows 1, counted from 0", FirstMissing("nvidia:1", s_whole));

    [Theory]
    [InlineData("h264_vaapi", "vaapi:renderD128", "FFmpeg's libraries have no encoder h264_vaapi")]
    [InlineData("scale_vaapi", "vaapi:renderD128", "FFmpeg's libraries have no filter scale_vaapi")]
    [InlineData("h264_qsv", "qsv:renderD128", "FFmpeg's libraries have no encoder h264_qsv")]
    [InlineData("vpp_qsv", "qsv:renderD128", "FFmpeg's libraries have no filter vpp_qsv")]
    [InlineData("/dev/dri/renderD128", "vaapi:renderD128", "/dev/dri/renderD128 is not there: the kernel has no driver for a GPU (i915, xe or amdgpu)")]
    [InlineData("/dev/dri/renderD128", "qsv:renderD128", "/dev/dri/renderD128 is not there: the kernel has no driver for a GPU (i915, xe or amdgpu)")]
    public void What_the_others_lack_is_named(string what, string device, string sentence) =>
        Assert.StartsWith(sentence, FirstMissing(device, s_whole.Without(what)), StringComparison.Ordinal);

    [Fact]
    public void A_node_that_is_not_there_is_refused_with_those_that_are() =>
        Assert.Equal("/dev/dri/renderD130 is not there: this machine has renderD128", FirstMissing("vaapi:renderD130", s_whole));

    [Fact]
    public void Quick_sync_is_intels_only() => Assert.Equal(
        "/dev/dri/renderD128 is not a GPU of Intel's, and only those have Quick Sync: use --device vaapi:renderD128",
        FirstMissing("qsv:renderD128", s_whole.With("/sys/class/drm/renderD128/device/vendor", "0x1002")));

    private static string? FirstMissing(string device, FakeMachine machine)
    {
        Assert.True(DeviceName.TryParse(device, out var name));
        return DeviceProbe.FirstMissing(name, machine);
    }
}
