using System.Diagnostics;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Kit;

/// <summary>The server program itself, in a process of its own that a test can kill and start again on the same folder and database.</summary>
internal sealed class RealServer(TestDatabase database) : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pool-server-").FullName;
    private readonly int _network = FreePort.Next();
    private readonly int _web = FreePort.Next();
    private Process? _process;

    public Uri Network => new($"https://127.0.0.1:{_network}");

    public Uri Web => new($"http://127.0.0.1:{_web}");

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pool-server.dll"), "run"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["POOL_HOME"] = _home;
        start.Environment["POOL_DATABASE"] = database.Connection;
        start.Environment["POOL_NETWORK_ADDRESS"] = "127.0.0.1";
        start.Environment["POOL_NETWORK_PORT"] = $"{_network}";
        start.Environment["POOL_WEB_PORT"] = $"{_web}";
        foreach (var (name, value) in UnmeasuredWorkers.Variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        using var http = new HttpClient { BaseAddress = Web };
        await Eventually.IsSoAsync("the server listens", async () =>
        {
            Assert.False(_process.HasExited, "The server ended at its start.");
            try
            {
                return (await http.GetAsync("/health/ready")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_home, recursive: true);
    }
}
