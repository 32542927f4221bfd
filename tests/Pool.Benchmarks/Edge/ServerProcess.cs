using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pool.Benchmarks.Edge;

/// <summary>The server in a process of its own, on free ports, in a folder and a database of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>The database for benchmarks; <c>./pool bench</c> makes one and names it here.</summary>
    private const string DatabaseVariable = "POOL_TEST_DB";

    private const long BytesPerKibibyte = 1024;

    /// <summary>Memory that is the process's own: files that are mapped or cached do not count.</summary>
    private const string MemoryField = "RssAnon:";

    private const int KeptCharacters = 4096;

    private static readonly TimeSpan s_startTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private ServerProcess(Process process, Uri network, Uri web)
    {
        (_process, Network, Web) = (process, network, web);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What gateways reach.</summary>
    public Uri Network { get; }

    /// <summary>What workers reach.</summary>
    public Uri Web { get; }

    /// <summary>Memory of its own, in bytes.</summary>
    public long MemoryBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(entry => entry.StartsWith(MemoryField, StringComparison.Ordinal));
            return long.Parse(line[MemoryField.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture) * BytesPerKibibyte;
        }
    }

    /// <summary>Processor time it has taken so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static async Task<ServerProcess> StartAsync(string home, TimeProvider time)
    {
        var database = Environment.GetEnvironmentVariable(DatabaseVariable)
            ?? throw new InvalidOperationException($"{DatabaseVariable} names no database: ./pool bench makes one.");
        var (network, web) = (FreePort(), FreePort());
        var start = new ProcessStartInfo("dotnet", [ProgramPath(), "run"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("POOL_HOME", home), ("POOL_DATABASE", database), ("POOL_NETWORK_ADDRESS", "127.0.0.1"), ("POOL_NETWORK_PORT", network.ToString()), ("POOL_WEB_PORT", web.ToString()),
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        var server = new ServerProcess(process, new Uri($"https://127.0.0.1:{network}"), new Uri($"http://127.0.0.1:{web}"));
        try
        {
            await server.WaitUntilReadyAsync(time);
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
            using var limit = new CancellationTokenSource(s_stopTime);
            await _process.WaitForExitAsync(limit.Token);
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(TimeProvider time)
    {
        using var client = new HttpClient { Timeout = s_startTime };
        var since = time.GetTimestamp();
        while (true)
        {
            if (_process.HasExited || time.GetElapsedTime(since) > s_startTime)
            {
                throw new InvalidOperationException($"The server was not ready within {s_startTime.TotalSeconds:0} s: {Said()}");
            }

            try
            {
                using var answer = await client.GetAsync(new Uri(Web, "/health/ready"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }

            await Task.Delay(s_pause, time);
        }
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            _said.Append(line).Append('\n');
            _said.Remove(0, Math.Max(0, _said.Length - KeptCharacters));
        }
    }

    private string Said()
    {
        lock (_said)
        {
            return _said.ToString().Trim();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string ProgramPath()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Pool.sln")))
        {
            root = root.Parent;
        }

        var path = Path.Combine(root?.FullName ?? ".", "Pool.Server", "bin", "Release", "net10.0", "pool-server.dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built: ./pool bench builds it.");
    }
}
