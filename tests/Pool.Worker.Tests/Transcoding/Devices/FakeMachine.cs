using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

/// <summary>A machine with an NVIDIA GPU and one of Intel's, of which parts can be taken away.</summary>
internal sealed record FakeMachine : IDeviceSurroundings
{
    public IReadOnlyDictionary<string, NodeAccess> Nodes { get; init; } = new Dictionary<string, NodeAccess>(StringComparer.Ordinal)
    {
        ["/dev/nvidiactl"] = NodeAccess.Open,
        ["/dev/nvidia-uvm"] = NodeAccess.Open,
        ["/dev/nvidia0"] = NodeAccess.Open,
        ["/dev/dri/renderD128"] = NodeAccess.Open,
    };

    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["/proc/driver/nvidia/version"] = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024",
        ["/sys/class/drm/renderD128/device/vendor"] = "0x8086",
    };

    /// <summary>Libraries, encoders and filters that are not there.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    public CudaAnswer Cuda { get; init; } = new(null, 1);

    public FakeMachine With(string node, NodeAccess access) => this with { Nodes = Changed(Nodes, node, access) };

    public FakeMachine With(string file, string line) => this with { Files = Changed(Files, file, line) };

    public FakeMachine Without(string what) => this with
    {
        Absent = [.. Absent, what],
        Nodes = Nodes.Where(one => one.Key != what).ToDictionary(StringComparer.Ordinal),
        Files = Files.Where(one => one.Key != what).ToDictionary(StringComparer.Ordinal),
    };

    public NodeAccess Open(string node) => Nodes.GetValueOrDefault(node, NodeAccess.Missing);

    public IReadOnlyList<string> List(string folder) =>
        [.. Nodes.Keys.Where(node => Path.GetDirectoryName(node) == folder).Select(node => Path.GetFileName(node)).Order(StringComparer.Ordinal)];

    public string? ReadLine(string file) => Files.GetValueOrDefault(file);

    public bool HasLibrary(string soname) => !Absent.Contains(soname);

    public bool HasEncoder(string name) => !Absent.Contains(name);

    public bool HasFilter(string name) => !Absent.Contains(name);

    public CudaAnswer AskCuda() => Cuda;

    private static Dictionary<string, T> Changed<T>(IReadOnlyDictionary<string, T> all, string key, T value) =>
        new(all, StringComparer.Ordinal) { [key] = value };
}
