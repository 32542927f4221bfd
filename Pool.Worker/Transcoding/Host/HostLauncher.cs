using System.ComponentModel;
using System.Diagnostics;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Transcoding.Host;

/// <summary>Starts host processes with nothing of this process but three pipes.</summary>
internal static class HostLauncher
{
    /// <summary>Memory that may be mapped for every byte that may be in use; what is in use is watched from outside.</summary>
    private const long MappedPerUsed = 4;

    /// <summary>
    /// The variables a host gets from the worker: where libraries and drivers are. Everything else of the worker's environment may be
    /// a secret and stays here.
    /// </summary>
    private static readonly string[] s_passedVariables =
    [
        "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROLL_FORWARD", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
        "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH",
    ];

    private static readonly string[] s_malloc =
    [
        "glibc.malloc.arena_max=1",   // a heap for every codec thread would only ever grow
        "glibc.malloc.mmap_threshold=3145728",   // the largest frames go back with their encoder: in the heap they leave gaps that the next segment's do not fit,
        "glibc.malloc.trim_threshold=67108864",   // and smaller ones stay for it: a fresh page costs more than a millionth of a second,
        "glibc.malloc.hugetlb=1",   // less when 2 MiB come at once, where the system gives such pages to those who ask
    ];

    private static readonly KeyValuePair<string, string>[] s_ownVariables =
    [
        new("DOTNET_EnableDiagnostics", "0"),   // no debugger's socket in /tmp
        new("DOTNET_gcConcurrent", "0"),
        new("DOTNET_GCgen0size", "400000"),   // hexadecimal: the runtime's own objects are few and small, 4 MiB of them are collected in no time
        new("DOTNET_TieredPGO", "0"),   // the time goes into codecs, not into our code
        new("GLIBC_TUNABLES", string.Join(':', s_malloc)),
    ];

    /// <summary>
    /// Starts a host. The kernel ends it when the thread that started it ends, so that thread is one that lives as long as the host.
    /// </summary>
    /// <exception cref="TranscodeHostException">It cannot be started.</exception>
    public static async Task<Process> StartAsync(TranscodeHostOptions options)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Parent(Describe(options), started)) { IsBackground = true, Name = "transcode-host parent" }.Start();
        try
        {
            return await started.Task;
        }
        catch (Win32Exception missing)
        {
            throw new TranscodeHostException($"The transcode host {options.FileName} could not be started: {missing.Message}", missing);
        }
    }

    /// <summary>Ends a host at once.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Waits until a host that was killed is gone, and gives its pipes back: a process whose streams were used leaves them to us.</summary>
    public static async Task BuryAsync(Process process)
    {
        await process.WaitForExitAsync();
        await process.StandardInput.BaseStream.DisposeAsync();
        process.StandardOutput.Dispose();
        process.StandardError.Dispose();
        process.Dispose();
    }

    private static void Parent(ProcessStartInfo start, TaskCompletionSource<Process> started)
    {
        try
        {
            var process = Process.Start(start) ?? throw new Win32Exception($"{start.FileName} was not started"); started.SetResult(process);
            process.WaitForExit();
        }
        catch (InvalidOperationException) when (started.Task.IsCompletedSuccessfully)
        {
            // Whoever asked for the process is done with it: it has ended.
        }
        catch (Exception failure)
        {
            started.TrySetException(failure);
        }
    }

    private static ProcessStartInfo Describe(TranscodeHostOptions options)
    {
        var start = new ProcessStartInfo(options.FileName, [.. options.LeadingArguments, TranscodeHost.Command, TranscodeHost.DeviceOption, options.Device])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        var known = s_passedVariables.Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in known.Where(variable => variable.Value is { Length: > 0 }))
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in s_ownVariables)
        {
            start.Environment[name] = value;
        }

        var order = new SandboxOrder(options.DevicePaths, options.MaxMemoryBytes * MappedPerUsed, options.InputFile);
        start.Environment[SandboxOrder.Variable] = order.Write();
        return start;
    }
}
