namespace Pool.Worker.Transcoding;

/// <summary>How to start the transcode host process.</summary>
public sealed record TranscodeHostOptions
{
    /// <summary>The file to run: the worker's own executable, or <c>dotnet</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>Arguments before <c>transcode-host --device …</c>: the path of <c>pool-worker.dll</c> when the file is <c>dotnet</c>.</summary>
    public IReadOnlyList<string> LeadingArguments { get; init; } = [];

    /// <summary>The device that transcodes.</summary>
    public string Device { get; init; } = "cpu";

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
