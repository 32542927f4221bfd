namespace Pool.Worker.Transcoding.Host;

/// <summary>How to start the transcode host process, and how much it may take.</summary>
public sealed record TranscodeHostOptions
{
    /// <summary>The file to run: the worker's own executable, or <c>dotnet</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>Arguments before <c>transcode-host --device …</c>: the path of <c>pool-worker.dll</c> when the file is <c>dotnet</c>.</summary>
    public IReadOnlyList<string> LeadingArguments { get; init; } = [];

    /// <summary>The device that transcodes.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// Files and folders of devices that the host may open for reading and writing, e.g. <c>/dev/dri</c> or <c>/dev/nvidia0</c>,
    /// <c>/dev/nvidiactl</c>, <c>/dev/nvidia-uvm</c>. Empty for the CPU: then it may open nothing for writing.
    /// </summary>
    public IReadOnlyList<string> DevicePaths { get; init; } = [];

    /// <summary>A video that the host may read, for <see cref="TranscodeHostProcess.Cut"/>; null for none. An absolute path.</summary>
    public string? InputFile { get; init; }

    /// <summary>Time a segment may take on top of <see cref="TimePerSecond"/>. Default: 20 s, which a first segment on a cold GPU stays below.</summary>
    public TimeSpan TimeFloor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time a segment may take per second of its duration. Default: 10 s; what is slower has no use for a live stream.</summary>
    public TimeSpan TimePerSecond { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A host that has not ended a job after this long, though told to, hangs and is killed. Default: 5 s.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A host with more memory in use than this is killed, in bytes. Default: 8 GiB, and at most three quarters of the machine's.</summary>
    public long MaxMemoryBytes { get; init; } = Math.Min(8L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3);

    /// <summary>
    /// Told of every host process that has started: its id, and the session it was started for alone, or null when it is shared. Tests
    /// stop and kill hosts with it.
    /// </summary>
    internal Action<int, string?>? HostStarted { get; init; }

    /// <summary>Most time that a segment may take in the host, waiting for its sink not counted.</summary>
    /// <param name="duration">The segment's, as its gateway claims it; zero or less when it is not known.</param>
    public TimeSpan TimeLimit(TimeSpan duration)
    {
        var counted = duration <= TimeSpan.Zero || duration > TranscodeJob.LongestDuration ? TranscodeJob.LongestDuration : duration;
        return TimeFloor + (TimePerSecond * counted.TotalSeconds);
    }

    /// <summary>How this very program can be started once more: by its own executable, or by <c>dotnet</c> and its dll.</summary>
    /// <param name="device">The device that transcodes.</param>
    public static TranscodeHostOptions ForThisProgram(string device)
    {
        var file = Environment.ProcessPath ?? throw new InvalidOperationException("The path of the running program is not known.");
        var isDotnet = string.Equals(Path.GetFileNameWithoutExtension(file), "dotnet", StringComparison.Ordinal);
        var program = Path.Combine(AppContext.BaseDirectory, typeof(TranscodeHostOptions).Assembly.GetName().Name + ".dll");
        return new TranscodeHostOptions { FileName = file, LeadingArguments = isDotnet ? [program] : [], Device = device };
    }
}
