using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

public sealed class DeviceNameTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("nvidia", "nvidia:0")]
    [InlineData("nvidia:0", "nvidia:0")]
    [InlineData("nvidia:12", "nvidia:12")]
    [InlineData("vaapi", "vaapi")]
    [InlineData("vaapi:renderD129", "vaapi:renderD129")]
    [InlineData("vaapi:/dev/dri/renderD129", "vaapi:renderD129")]
    [InlineData("qsv", "qsv")]
    [InlineData("qsv:/dev/dri/renderD128", "qsv:renderD128")]
    public void A_device_is_known_by_its_name(string text, string name)
    {
        Assert.True(DeviceName.TryParse(text, out var device));
        Assert.Equal(name, device.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("CPU")]
    [InlineData("cpu:0")]
    [InlineData("tpu")]
    [InlineData("nvidia:")]
    [InlineData("nvidia:-1")]
    [InlineData("nvidia:00")]
    [InlineData("nvidia:100")]
    [InlineData("nvidia:0\n")]
    [InlineData("vaapi:")]
    [InlineData("vaapi:card0")]
    [InlineData("vaapi:/dev/dri/../../etc/passwd")]
    [InlineData("vaapi:/tmp/renderD128")]
    [InlineData("qsv:128")]
    public void Nothing_else_is_a_device(string text) => Assert.False(DeviceName.TryParse(text, out _));

    [Fact]
    public void Without_a_place_it_is_the_first_and_for_quick_sync_the_first_of_intels()
    {
        var machine = new FakeMachine().With("/dev/dri/renderD129", NodeAccess.Open)
            .With("/sys/class/drm/renderD128/device/vendor", "0x1002").With("/sys/class/drm/renderD129/device/vendor", "0x8086");

        Assert.Equal("vaapi:renderD128", DeviceNodes.Place(new DeviceName(DeviceKind.Vaapi, ""), machine).ToString());
        Assert.Equal("qsv:renderD129", DeviceNodes.Place(new DeviceName(DeviceKind.Qsv, ""), machine).ToString());
        Assert.Equal("vaapi:renderD129", DeviceNodes.Place(new DeviceName(DeviceKind.Vaapi, "renderD129"), machine).ToString());
        Assert.Equal("qsv:renderD128", DeviceNodes.Place(new DeviceName(DeviceKind.Qsv, ""), new FakeMachine { Nodes = new Dictionary<string, NodeAccess>() }).ToString());
    }

    [Fact]
    public void A_sealed_host_may_open_the_nodes_of_its_device_and_no_others()
    {
        var machine = new FakeMachine().With("/dev/nvidia3", NodeAccess.Open).With("/dev/sda", NodeAccess.Open);

        Assert.Empty(DeviceNodes.Of(DeviceName.Cpu, machine));
        Assert.Equal(["/dev/dri"], DeviceNodes.Of(new DeviceName(DeviceKind.Vaapi, ""), machine));
        Assert.Equal(["/dev/dri"], DeviceNodes.Of(new DeviceName(DeviceKind.Qsv, ""), machine));
        Assert.Equal(
            ["/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset", "/dev/nvidia-caps", "/dev/nvidia0", "/dev/nvidia3"],
            DeviceNodes.Of(new DeviceName(DeviceKind.Nvidia, "0"), machine));
    }
}
