using Microsoft.Extensions.Logging;
using Pool.Worker.Connection;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// The host that segments share. When it has died the next segment starts it again, not faster than its back-off allows: at once after
/// a long life, ever later while it keeps dying.
/// </summary>
internal sealed partial class HostLane : IAsyncDisposable
{
    internal static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>A host that lived this long has proven itself: the next restart is quick again.</summary>
    internal static readonly TimeSpan ProvenLife = TimeSpan.FromMinutes(1);

    private readonly TranscodeHostOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _starting = new(1);
    private readonly Backoff _backoff = new(FirstBackoff, LongestBackoff, Random.Shared);
    private HostLink _link;
    private (long From, TimeSpan Wait)? _pause;
    private bool _disposed;

    private HostLane(TranscodeHostOptions options, HostLink link, ILogger logger, TimeProvider time) =>
        (_options, _link, _logger, _time) = (options, link, logger, time);

    /// <summary>The host that runs now, or the last one that did.</summary>
    public HostLink Current => _link;

    public static async Task<HostLane> StartAsync(TranscodeHostOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken) =>
        new(options, await HostLink.StartAsync(options, session: null, logger, time, cancellationToken), logger, time);

    /// <summary>A host that lives, as far as anybody knows.</summary>
    /// <exception cref="TranscodeHostException">It cannot be started again.</exception>
    public async Task<HostLink> LiveAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _link) is { IsDead: false } link)
        {
            return link;
        }

        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_disposed)
            {
                throw new TranscodeHostException("The transcoder is being closed.");
            }

            if (_link.IsDead)
            {
                await RestartAsync(cancellationToken);
            }

            return _link;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _disposed = true;
            await _link.DisposeAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        // Chosen once per death: whoever gives up waiting does not make the next one wait longer.
        _pause ??= (_time.GetTimestamp(), NextWait());
        var left = _pause.Value.Wait - _time.GetElapsedTime(_pause.Value.From);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, _time, cancellationToken);
        }

        LogRestart(_logger, _options.Device);
        await _link.DisposeAsync();
        try
        {
            _link = await HostLink.StartAsync(_options, session: null, _logger, _time, cancellationToken);
            _pause = null;
        }
        catch (TranscodeHostException)
        {
            _pause = (_time.GetTimestamp(), _backoff.Next());
            throw;
        }
    }

    /// <summary>The time the host has lived counts as waited.</summary>
    private TimeSpan NextWait()
    {
        if (_link.Age > ProvenLife)
        {
            _backoff.Reset();
        }

        return _backoff.Next() - _link.Age;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The transcode host for {Device} has died and is started again")]
    private static partial void LogRestart(ILogger logger, string device);
}
