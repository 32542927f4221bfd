using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pool.Benchmarks.Kit;

/// <summary>A server in a process of its own, whose processor time and memory are the system's account.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LastWordsLines = 8;
    private const string OwnMemoryField = "RssAnon:";
    private const long BytesPerKibibyte = 1024;

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
    public long OwnMemoryBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(entry => entry.StartsWith(OwnMemoryField, StringComparison.Ordinal));
            return long.Parse(line[OwnMemoryField.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture) * BytesPerKibibyte;
        }
    }

    /// <summary>Starts a .NET program and waits until <paramref name="ready"/> answers 200.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message holds its last words.</exception>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings, Uri ready, TimeProvider time)
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
            await server.WaitAsync(ready, time);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
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

    private async Task WaitAsync(Uri ready, TimeProvider time)
    {
        using var client = new HttpClient { Timeout = s_startLimit };
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
