using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Shared.Media;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>A real transcoder with real host processes, which the test knows by number and may stop and kill.</summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    private const int Sigkill = 9;
    private const int Sigstop = 19;

    private readonly ConcurrentQueue<(int Process, string? Session)> _started = new();

    private HostUnderTest()
    {
    }

    public TranscodeHostProcess Transcoder { get; private set; } = null!;   // set by StartAsync, the only way to get one

    /// <summary>Every host process there has been, with the session it was for alone, or null.</summary>
    public IReadOnlyCollection<(int Process, string? Session)> Started => _started;

    public static async Task<HostUnderTest> StartAsync(Func<TranscodeHostOptions, TranscodeHostOptions>? with = null)
    {
        var host = new HostUnderTest();
        var options = new TranscodeHostOptions
        {
            FileName = "dotnet",
            LeadingArguments = [Path.Combine(AppContext.BaseDirectory, "pool-worker.dll")],
            HostStarted = (process, session) => host._started.Enqueue((process, session)),
        };
        host.Transcoder = await TranscodeHostProcess.StartAsync(
            with?.Invoke(options) ?? options, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        return host;
    }

    public static TranscodeJob Job(string session, byte[] segment, params VideoProfile[] profiles) =>
        new(session, new MemoryStream(segment), segment.Length, profiles, null, false) { Duration = TimeSpan.FromSeconds(2) };

    /// <summary>Transcodes in a stream of its own name.</summary>
    public async Task<(TranscodeOutcome Outcome, byte[] Bytes)> TranscodeAsync(string session, byte[] segment, VideoProfile profile)
    {
        var sink = new CollectingSink(1);
        var outcome = await Transcoder.TranscodeAsync(Job(session, segment, profile), sink, CancellationToken.None);
        return (outcome, sink.Bytes(0));
    }

    /// <summary>Whether a host was started for this session alone.</summary>
    public bool HasRunAlone(string session) => _started.Any(host => host.Session == session);

    /// <summary>Kills the host that runs this session now.</summary>
    public void KillHostOf(string session) => Assert.Equal(0, Signal(HostOf(session), Sigkill));

    /// <summary>Stops it: it is there and does nothing any more.</summary>
    public void StopHostOf(string session) => Assert.Equal(0, Signal(HostOf(session), Sigstop));

    public static void Kill(int process) => _ = Signal(process, Sigkill);

    public static void Stop(int process) => Assert.Equal(0, Signal(process, Sigstop));

    public ValueTask DisposeAsync() => Transcoder.DisposeAsync();

    private int HostOf(string session) => _started.LastOrDefault(host => host.Session == session) is { Process: > 0 } alone
        ? alone.Process
        : _started.Last(host => host.Session is null).Process;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}

/// <summary>Does something whenever bytes come.</summary>
internal sealed class ActingSink(Action onBytes) : IRenditionSink
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] Bytes => _bytes.WrittenSpan.ToArray();

    public ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _bytes.Write(bytes.Span);
        onBytes();
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(int rendition, CancellationToken ct) => ValueTask.CompletedTask;
}
