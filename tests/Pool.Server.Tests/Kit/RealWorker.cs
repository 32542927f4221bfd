using System.Diagnostics;

namespace Pool.Server.Tests.Kit;

/// <summary>The worker program itself, with its own codecs, joined to the server of a test.</summary>
internal sealed class RealWorker : IAsyncDisposable
{
    private readonly Process _process;

    private RealWorker(Process process) => _process = process;

    /// <summary>The command line that joins it to a server.</summary>
    public static IReadOnlyList<string> Arguments(RunningServer server) =>
    [
        Path.Combine(AppContext.BaseDirectory, "pool-worker.dll"), "run", "--pool", server.Web.GetLeftPart(UriPartial.Authority), "--payout", TestWorker.Payee,
        "--home", Path.Combine(server.Home, "worker"), "--sessions", "2",
    ];

    /// <summary>Starts it and waits until it has joined.</summary>
    /// <param name="server">What it joins.</param>
    /// <param name="more">Further options of its command line.</param>
    public static async Task<RealWorker> JoinAsync(RunningServer server, params string[] more)
    {
        var worker = new RealWorker(Process.Start(new ProcessStartInfo("dotnet", [.. Arguments(server), .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("The worker did not start."));
        try
        {
            await server.WaitForWorkersAsync(workers => workers.Connected.Count > 0);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
