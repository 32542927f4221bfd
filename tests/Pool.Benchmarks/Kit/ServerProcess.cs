using System.Diagnostics;
using Pool.Tests.Kit;

namespace Pool.Benchmarks.Kit;

/// <summary>A server in a process of its own, whose processor time and memory are the system's account.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LastWordsLines = 8;
    private const string OwnMemoryField = "RssAnon:";

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly Queue<string> _lastWords = new();

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Processor time of all its threads so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory that is the process's own, in bytes: files that are mapped or cached do not count.</summary>
    public long OwnMemoryBytes => ProcessMemory.Bytes($"/proc/{_process.Id}/status", OwnMemoryField)
        ?? throw new InvalidOperationException("the server has ended, or its memory cannot be looked at");

    /// <summary>Starts a .NET program and waits until <paramref name="ready"/> answers 200, over HTTPS with a certificate of <paramref name="authority"/>.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message holds its last words.</exception>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings, Uri ready, TimeProvider time, MadeAuthority? authority = null)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
        try
        {
            await server.WaitAsync(ready, authority, time);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync(Uri ready, MadeAuthority? authority, TimeProvider time)
    {
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = authority is null ? null : authority.Vouches } })
        {
            Timeout = s_startLimit,
        };
        var began = time.GetTimestamp();
        while (!await IsReadyAsync(client, ready))
        {
            if (_process.HasExited || time.GetElapsedTime(began) > s_startLimit)
            {
                lock (_lastWords)
                {
                    throw new InvalidOperationException($"the server did not start: {string.Join(" | ", _lastWords)}");
                }
            }

            await Task.Delay(s_pollInterval, time);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, Uri ready)
    {
        try
        {
            using var answer = await client.GetAsync(ready);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Note(string? line)
    {
        lock (_lastWords)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                return;
            }

            _lastWords.Enqueue(line);
            if (_lastWords.Count > LastWordsLines)
            {
                _lastWords.Dequeue();
            }
        }
    }
}
