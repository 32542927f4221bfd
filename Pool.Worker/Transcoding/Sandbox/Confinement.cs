using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>
/// The first half of the sandbox. Landlock, capabilities and "no new privileges" belong to a thread and pass to what it starts; a
/// runtime has threads before the first line of ours runs. So the host applies them to one thread and lets that thread start the
/// program once more in its own place: every thread of the new program is confined from its birth.
/// </summary>
internal static unsafe class Confinement
{
    /// <summary>What the report calls Landlock.</summary>
    public const string LandlockName = "landlock";

    private const int DeathSignal = 1;
    private const int NoNewPrivileges = 38;
    private const int SignalKill = 9;
    private const nint FirstDescriptor = 3;
    private const nint LastDescriptor = int.MaxValue;
    private const nint CloseOnExecute = 4;
    private const uint CapabilityVersion = 0x20080522;
    private const int CapabilityWords = 6;

    /// <summary>The program is being replaced by itself, confined; returns only where that is not possible, with what is missing.</summary>
    /// <param name="order">The order that is not confined yet.</param>
    public static SandboxReport Enter(SandboxOrder order)
    {
        var applied = new List<string>();
        var missing = new List<string>();
        Note("death with parent", Linux.Control(DeathSignal, SignalKill) ? null : $"death with parent (error {Linux.Error})");
        Note("no new privileges", Linux.Control(NoNewPrivileges, 1) ? null : $"no new privileges (error {Linux.Error})");

        // Whatever this process has open, or was given by one that was careless, stays behind; the three pipes go along.
        Note("no inherited files", Linux.Call(Syscall.CloseRange.Here, FirstDescriptor, LastDescriptor, CloseOnExecute) == 0
            ? null
            : $"no inherited files (error {Linux.Error})");

        // Kept open until the program has started again: the rule below belongs to this entry of /proc, not to its name.
        var self = Linux.Open("/proc/self", Linux.OpenPath);
        var (program, arguments) = ThisProgram();
        Note(LandlockName, Landlock.Apply(ReadablePaths(order), order.DevicePaths));
        Note("no capabilities", DropCapabilities());
        var report = new SandboxReport(applied, missing, [], []);
        Linux.Execute(program, arguments, EnvironmentWith(order with { Confinement = report, KeptDescriptor = Math.Max(0, self) }));
        missing.Add($"start inside the confinement (error {Linux.Error})");
        Linux.Close(self);
        return new SandboxReport([], [.. missing, .. applied], [], []);

        void Note(string name, string? lack) => (lack is null ? applied : missing).Add(lack ?? name);
    }

    /// <summary>What the loader, the runtime and the libraries read; no place where anybody keeps data.</summary>
    private static IEnumerable<string> ReadablePaths(SandboxOrder order)
    {
        string[] system =
        [
            "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/dotnet",
            "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys/fs/cgroup", "/sys/devices/system/cpu", "/sys/devices/system/node",
            "/sys/kernel/mm/transparent_hugepage", "/dev/null", "/dev/urandom",
        ];
        var ofDevices = order.DevicePaths.Count > 0 ? (string[])["/proc/driver", "/proc/devices", "/proc/modules", "/proc/sys/vm", "/sys", "/usr/share"] : [];
        var libraries = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return [.. system, .. ofDevices, .. libraries, order.InputFile ?? "", AppContext.BaseDirectory, Environment.ProcessPath ?? "", DotnetRoot()];
    }

    /// <summary>The installation of .NET holds its runtimes as <c>shared/NAME/VERSION</c>; a program with a runtime of its own has none.</summary>
    private static string DotnetRoot()
    {
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        return runtime.Parent is { Parent: { Name: "shared", Parent: { } root } } ? root.FullName : runtime.FullName;
    }

    private static string? DropCapabilities()
    {
        var header = stackalloc uint[2] { CapabilityVersion, 0 };
        var none = stackalloc uint[CapabilityWords];
        new Span<uint>(none, CapabilityWords).Clear();
        return Linux.Call(Syscall.SetCapabilities.Here, (nint)header, (nint)none) == 0 ? null : $"no capabilities (error {Linux.Error})";
    }

    private static (string Program, IReadOnlyList<string> Arguments) ThisProgram()
    {
        var arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        return (Environment.ProcessPath ?? arguments[0], arguments);
    }

    private static List<string> EnvironmentWith(SandboxOrder order)
    {
        var variables = new List<string> { $"{SandboxOrder.Variable}={order.Write()}" };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is string name && !string.Equals(name, SandboxOrder.Variable, StringComparison.Ordinal))
            {
                variables.Add($"{name}={variable.Value}");
            }
        }

        return variables;
    }
}
