using System.Globalization;

namespace Pool.Worker.Transcoding.Host;

/// <summary>Watches how much memory a host uses.</summary>
internal static class HostMemory
{
    /// <summary>Time between two looks. What a host can take in between is limited by its sandbox.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Memory of a process that is in use, in bytes; null when the process is gone.</summary>
    internal static long? InUse(int processId)
    {
        try
        {
            // size resident shared …, in pages (proc(5)); anybody may read it, whatever the process has done to hide.
            var pages = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/statm").Split(' ');
            return long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Looks again and again until the token is cancelled, and kills once.</summary>
    internal static async Task WatchAsync(int processId, long limit, Action<string> kill, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, cancellationToken);
                if (InUse(processId) > limit)
                {
                    kill($"the transcode host used more than {limit / (1024 * 1024)} MiB of memory");
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host has ended.
        }
    }
}
