using System.Globalization;
using System.Text.RegularExpressions;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>
/// Whether a machine has what a device needs, in the order in which one thing needs the other. The first thing that is missing is
/// named, with what to do about it; what comes after could not be judged without it.
/// </summary>
internal static partial class DeviceProbe
{
    /// <summary>What a container is told so that NVIDIA's tools give it the libraries of codecs.</summary>
    private const string ContainerHint = "in a container set NVIDIA_DRIVER_CAPABILITIES=compute,video,utility";

    private static readonly (string Library, string Package)[] s_nvidiaLibraries =
    [
        (CudaDriver.Library, $"NVIDIA's driver, version {NvidiaKind.OldestDriver} or later (Debian 12: apt-get install nvidia-driver)"),
        ("libnvcuvid.so.1", "the driver's decoder (Debian 12: apt-get install libnvcuvid1)"),
        ("libnvidia-encode.so.1", "the driver's encoder (Debian 12: apt-get install libnvidia-encode1)"),
    ];

    /// <summary>The first thing that is missing, as a sentence; null when everything is there.</summary>
    /// <param name="name">The device, with its place.</param>
    /// <param name="around">The machine.</param>
    internal static string? FirstMissing(DeviceName name, IDeviceSurroundings around) => name.Kind switch
    {
        DeviceKind.Nvidia => InFFmpeg(new NvidiaKind(), around) ?? NvidiaLibrary(around) ?? NvidiaModule(around) ?? NvidiaNode(around) ?? NvidiaGpu(name, around),
        DeviceKind.Vaapi => InFFmpeg(new VaapiKind(), around) ?? RenderNode(name, around),
        DeviceKind.Qsv => InFFmpeg(new QsvKind(), around) ?? RenderNode(name, around) ?? NotIntel(name, around),
        _ => null,
    };

    private static string? InFFmpeg(HardwareKind kind, IDeviceSurroundings around)
    {
        var encoder = kind.Encoders[VideoCodec.H264];
        var part = !around.HasEncoder(encoder) ? $"encoder {encoder}" :
            kind.Filters.FirstOrDefault(filter => !around.HasFilter(filter)) is { } missing ? $"filter {missing}" : null;
        return part is null
            ? null
            : $"FFmpeg's libraries have no {part}: install a build with it (Debian 12: apt-get install libavcodec59 libavfilter8)";
    }

    private static string? NvidiaLibrary(IDeviceSurroundings around) =>
        s_nvidiaLibraries.Where(one => !around.HasLibrary(one.Library))
            .Select(one => $"{one.Library} is not there: install {one.Package}; {ContainerHint}")
            .FirstOrDefault();

    private static string? NvidiaModule(IDeviceSurroundings around)
    {
        if (around.ReadLine("/proc/driver/nvidia/version") is not { } said)
        {
            return "NVIDIA's kernel driver is not loaded: run `modprobe nvidia`, or restart the machine after the driver was installed";
        }

        var version = DriverVersion().Match(said).Value;
        return Version.TryParse(version, out var found) && found < Version.Parse(NvidiaKind.OldestDriver)
            ? $"NVIDIA's driver {version} is too old: install version {NvidiaKind.OldestDriver} or later"
            : null;
    }

    private static string? NvidiaNode(IDeviceSurroundings around)
    {
        var gpus = DeviceNodes.NvidiaGpus(around).ToList();
        if (gpus.Count == 0)
        {
            return "/dev/nvidia0 is not there: run `nvidia-modprobe` as root, or give the container the GPU (--gpus all)";
        }

        return ((string[])[DeviceNodes.NvidiaControl, DeviceNodes.NvidiaMemory, .. gpus])
            .Select(node => Node(node, around, "video", "run `nvidia-modprobe -u -c 0` as root, or give the container the GPU (--gpus all)"))
            .FirstOrDefault(said => said is not null);
    }

    private static string? NvidiaGpu(DeviceName name, IDeviceSurroundings around)
    {
        var (error, gpus) = around.AskCuda();
        if (error is not null)
        {
            return $"NVIDIA's driver does not start ({error}): see what nvidia-smi says; a driver that was updated needs a restart of the machine";
        }

        return int.Parse(name.Place, CultureInfo.InvariantCulture) < gpus
            ? null
            : $"there is no GPU {name.Place}: NVIDIA's driver shows {gpus}, counted from 0";
    }

    private static string? RenderNode(DeviceName name, IDeviceSurroundings around)
    {
        var nodes = DeviceNodes.RenderNodes(around);
        if (nodes.Count > 0 && !nodes.Contains(name.Place, StringComparer.Ordinal))
        {
            return $"{name.RenderNode} is not there: this machine has {string.Join(", ", nodes)}";
        }

        return Node(name.RenderNode, around, "render", "the kernel has no driver for a GPU (i915, xe or amdgpu); give a container the GPU with --device /dev/dri");
    }

    private static string? NotIntel(DeviceName name, IDeviceSurroundings around) => DeviceNodes.IsIntel(name.Place, around)
        ? null
        : $"{name.RenderNode} is not a GPU of Intel's, and only those have Quick Sync: use --device vaapi:{name.Place}";

    private static string? Node(string node, IDeviceSurroundings around, string group, string cure) => around.Open(node) switch
    {
        NodeAccess.Open => null,
        NodeAccess.Missing => $"{node} is not there: {cure}",
        NodeAccess.Denied => $"{node}: permission denied: add the user to group {group} (usermod -aG {group} USER) and log in again",
        _ => $"{node} does not answer: see what the kernel says (dmesg)",
    };

    [GeneratedRegex(@"\b[0-9]{3,4}(\.[0-9]+){1,2}\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex DriverVersion();
}
