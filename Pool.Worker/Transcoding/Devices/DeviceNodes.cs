using System.Text.RegularExpressions;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>The nodes in <c>/dev</c> that belong to a device.</summary>
internal static partial class DeviceNodes
{
    internal const string NvidiaControl = "/dev/nvidiactl";
    internal const string NvidiaMemory = "/dev/nvidia-uvm";

    private const string Folder = "/dev";
    private const string IntelVendor = "0x8086";

    /// <summary>Nodes that a driver opens where they are there, and does without where they are not.</summary>
    private static readonly string[] s_nvidiaExtras = ["/dev/nvidia-uvm-tools", "/dev/nvidia-modeset", "/dev/nvidia-caps"];

    /// <summary>
    /// What a sealed host must be able to open for a device; never empty but for the CPU. Of NVIDIA's GPUs all nodes: CUDA's numbers are
    /// not the kernel's, and the driver opens every one that it can see.
    /// </summary>
    internal static IReadOnlyList<string> Of(DeviceName name, IDeviceSurroundings around) => name.Kind switch
    {
        DeviceKind.Cpu => [],
        DeviceKind.Nvidia => [NvidiaControl, NvidiaMemory, .. s_nvidiaExtras, .. NvidiaGpus(around)],
        _ => [DeviceName.RenderFolder],
    };

    /// <summary>The nodes of NVIDIA's GPUs.</summary>
    internal static IEnumerable<string> NvidiaGpus(IDeviceSurroundings around) =>
        around.List(Folder).Where(node => NvidiaGpu().IsMatch(node)).Select(node => $"{Folder}/{node}");

    /// <summary>The nodes that VA-API can use, by name.</summary>
    internal static IReadOnlyList<string> RenderNodes(IDeviceSurroundings around) =>
        [.. around.List(DeviceName.RenderFolder).Where(node => node.StartsWith("renderD", StringComparison.Ordinal))];

    /// <summary>Whether a node of <see cref="DeviceName.RenderFolder"/> is Intel's.</summary>
    internal static bool IsIntel(string node, IDeviceSurroundings around) =>
        string.Equals(around.ReadLine($"/sys/class/drm/{node}/device/vendor"), IntelVendor, StringComparison.OrdinalIgnoreCase);

    /// <summary>The same device with its place, where none was named: for Quick Sync the first node of Intel's, else the first.</summary>
    internal static DeviceName Place(DeviceName name, IDeviceSurroundings around)
    {
        if (name is not { Kind: DeviceKind.Vaapi or DeviceKind.Qsv, Place: "" })
        {
            return name;
        }

        var nodes = RenderNodes(around);
        var first = nodes.Count > 0 ? nodes[0] : DeviceName.FirstRenderNode;
        return name with { Place = name.Kind == DeviceKind.Qsv ? nodes.FirstOrDefault(node => IsIntel(node, around), first) : first };
    }

    [GeneratedRegex(@"^nvidia[0-9]{1,3}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NvidiaGpu();
}
