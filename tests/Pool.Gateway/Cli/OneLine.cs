namespace Pool.Gateway.Cli;

/// <summary>Runs a command and turns the faults of its surroundings into one clear line on standard error.</summary>
public static class OneLine
{
    /// <summary>Linux' ENOSPC, which .NET passes on as the HResult of an <see cref="IOException"/>.</summary>
    private const int NoSpaceLeft = 28;

    /// <summary>What ffmpeg writes when the disk is full.</summary>
    private const string NoSpaceText = "No space left on device";

    /// <summary>Runs <paramref name="work"/>; its result is the exit code.</summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (UserFaultException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return ExitCode.BadInput;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(Describe(fault));
            return ExitCode.Failed;
        }
    }

    /// <summary>One line for a fault of files or disks.</summary>
    public static string Describe(Exception fault) => IsDiskFull(fault)
        ? "There is no space left on the disk the output goes to."
        : $"The output cannot be written: {fault.Message}";

    private static bool IsDiskFull(Exception fault) =>
        fault is IOException && (fault.HResult == NoSpaceLeft || fault.Message.Contains(NoSpaceText, StringComparison.Ordinal));
}
