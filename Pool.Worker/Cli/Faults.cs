using Pool.Worker.Connection;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Cli;

/// <summary>A wrong option; the message is one line that names it.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Expected failures are one line and an exit code, never a stack trace.</summary>
internal static class Faults
{
    private const int Failed = 1;
    private const int WrongUse = 2;

    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (UsageException wrong)
        {
            return await SayAsync(wrong.Message, WrongUse);
        }
        catch (JoinRefusedException refused)
        {
            return await SayAsync($"The pool refused this worker: {refused.Message}", Failed);
        }
        catch (Exception fault) when (fault is WorkerFaultException or TranscodeHostException)
        {
            return await SayAsync(fault.Message, Failed);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task<int> SayAsync(string sentence, int code)
    {
        await Console.Error.WriteLineAsync($"pool-worker: {sentence.ReplaceLineEndings(" ")}");
        return code;
    }
}
