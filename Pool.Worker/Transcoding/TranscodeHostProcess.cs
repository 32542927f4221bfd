using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Pool.Worker.Transcoding;

/// <summary>
/// A transcoder whose codecs live in a child process (<c>pool-worker transcode-host</c>): their crash costs the jobs in flight, not
/// the worker. A dead host is started again by the next job, not faster than its back-off allows.
/// </summary>
public sealed partial class TranscodeHostProcess : ITranscoder
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>A host that lived this long has proven itself: the next restart is quick again.</summary>
    private static readonly TimeSpan s_provenLife = TimeSpan.FromMinutes(1);

    private readonly TranscodeHostOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _starting = new(1);
    private HostLink _link;
    private TimeSpan _backoff = s_firstBackoff;
    private bool _disposed;

    private TranscodeHostProcess(TranscodeHostOptions options, HostLink link, ILogger logger, TimeProvider time) =>
        (_options, _link, _logger, _time) = (options, link, logger, time);

    /// <inheritdoc/>
    public IReadOnlyList<int> Capabilities => _link.Hello.Capabilities;

    /// <inheritdoc/>
    public string Device => _link.Hello.Device;

    /// <summary>Id of the host process that runs now.</summary>
    internal int ProcessId => _link.ProcessId;

    /// <summary>Starts the host and waits until it has proven its libraries.</summary>
    /// <exception cref="TranscodeHostException">The host cannot work on this machine; the message is one line that says what to do.</exception>
    public static async Task<TranscodeHostProcess> StartAsync(
        TranscodeHostOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TranscodeHostProcess(options, await HostLink.StartAsync(options, logger, time, cancellationToken), logger, time);
    }

    /// <inheritdoc/>
    public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sink);
        HostLink link;
        try
        {
            link = await LiveLinkAsync(cancellationToken);
        }
        catch (TranscodeHostException broken)
        {
            return new TranscodeOutcome.Failed(broken.Message);
        }

        return await link.TranscodeAsync(job, sink, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _link.DisposeAsync();
        _starting.Dispose();
    }

    private async Task<HostLink> LiveLinkAsync(CancellationToken cancellationToken)
    {
        if (!_link.IsDead)
        {
            return _link;
        }

        await _starting.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
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

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        var life = _link.Age;
        _backoff = life > s_provenLife ? s_firstBackoff : _backoff;
        if (life < _backoff)
        {
            await Task.Delay(_backoff - life, _time, cancellationToken);
        }

        _backoff = _backoff * 2 < s_longestBackoff ? _backoff * 2 : s_longestBackoff;
        LogRestart(_logger, _options.Device);
        await _link.DisposeAsync();
        _link = await HostLink.StartAsync(_options, _logger, _time, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The transcode host for {Device} has died and is started again")]
    private static partial void LogRestart(ILogger logger, string device);
}

/// <summary>One life of a host process: its pipes, its jobs.</summary>
internal sealed partial class HostLink : IAsyncDisposable
{
    /// <summary>Frames of one job that may wait for its receiver.</summary>
    private const int MaxWaitingFrames = 64;

    private const int SegmentBytesPerFrame = 256 * 1024;

    /// <summary>A host that has not ended a called-off job after this long hangs, and is killed.</summary>
    private static readonly TimeSpan s_cancelGrace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_helloTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<int, Channel<HostFrame>> _jobs = new();
    private readonly Task _reading;
    private int _lastJob;
    private volatile bool _dead;

    private HostLink(Process process, HostHello hello, TimeProvider time)
    {
        (_process, Hello, _time, _startedAt) = (process, hello, time, time.GetTimestamp());
        _reading = ReadAllAsync();
    }

    public HostHello Hello { get; }

    public int ProcessId => _process.Id;

    public bool IsDead => _dead;

    public TimeSpan Age => _time.GetElapsedTime(_startedAt);

    public static async Task<HostLink> StartAsync(TranscodeHostOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(options.FileName, [.. options.LeadingArguments, "transcode-host", "--device", options.Device])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new TranscodeHostException($"{options.FileName} could not be started.");
        }
        catch (Win32Exception missing)
        {
            throw new TranscodeHostException($"The transcode host {options.FileName} could not be started: {missing.Message}", missing);
        }

        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                LogHostSaid(logger, text);
            }
        };
        process.BeginErrorReadLine();
        try
        {
            return new HostLink(process, await GreetAsync(process, cancellationToken), time);
        }
        catch
        {
            Kill(process);
            process.Dispose();
            throw;
        }
    }

    public async Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastJob);
        var frames = Channel.CreateBounded<HostFrame>(new BoundedChannelOptions(MaxWaitingFrames) { SingleReader = true, SingleWriter = true });
        _jobs[id] = frames;
        if (_dead)
        {
            frames.Writer.TryComplete();
        }

        var isOver = false;
        try
        {
            await SendJobAsync(id, job, cancellationToken);
            var outcome = await ReceiveAsync(frames.Reader, job.Profiles.Count, sink, cancellationToken);
            isOver = true;
            return outcome;
        }
        catch (IOException) when (_dead)
        {
            return new TranscodeOutcome.Failed("the transcode host died");
        }
        finally
        {
            if (isOver || _dead)
            {
                _jobs.TryRemove(id, out _);
            }
            else
            {
                _ = CallOffAsync(id, frames);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        Kill(_process);
        await _reading;
        await _process.WaitForExitAsync();
        _process.Dispose();
        _writing.Dispose();
    }

    private static async Task<HostHello> GreetAsync(Process process, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_helloTimeout);
        HostHello hello;
        try
        {
            hello = await HostFrame.ReadAsync(process.StandardOutput.BaseStream, timeout.Token) is { Kind: HostFrameKind.Hello } frame
                ? frame.Read<HostHello>()
                : throw new TranscodeHostException("The transcode host ended before it could say what it can do.");
        }
        catch (Exception wrong) when (wrong is InvalidDataException or EndOfStreamException)
        {
            throw new TranscodeHostException($"The transcode host cannot be understood: {wrong.Message}.", wrong);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TranscodeHostException($"The transcode host said nothing for {s_helloTimeout.TotalSeconds:0} seconds.", late);
        }

        return hello switch
        {
            { Error: { } error } => throw new TranscodeHostException(error),
            { Version: not HostFrame.ProtocolVersion } => throw new TranscodeHostException(
                $"The transcode host speaks version {hello.Version} of its protocol, this worker {HostFrame.ProtocolVersion}: they are of different builds."),
            _ => hello,
        };
    }

    private async Task SendJobAsync(int id, TranscodeJob job, CancellationToken cancellationToken)
    {
        await WriteAsync(HostFrame.PackMessage(HostFrameKind.Job, id, new HostJob(job.Profiles, job.Clip, job.SegmentBytes)), cancellationToken);
        var buffer = new byte[SegmentBytesPerFrame];
        var total = 0L;
        for (int got; (got = await job.Segment.ReadAsync(buffer, cancellationToken)) > 0; total += got)
        {
            await WriteAsync(HostFrame.Pack(HostFrameKind.SegmentBytes, id, buffer.AsSpan(0, got)), cancellationToken);
        }

        if (total != job.SegmentBytes)
        {
            throw new IOException($"the segment has {total} bytes instead of {job.SegmentBytes}");
        }

        await WriteAsync(HostFrame.Pack(HostFrameKind.SegmentEnd, id, []), cancellationToken);
    }

    /// <summary>A frame is never cut in half: once begun it is written whole, whatever becomes of its job.</summary>
    private async Task WriteAsync(byte[] frame, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(frame, CancellationToken.None);
            await _process.StandardInput.BaseStream.FlushAsync(CancellationToken.None);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            _dead = true;
            throw new IOException("the transcode host died", broken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static async Task<TranscodeOutcome> ReceiveAsync(
        ChannelReader<HostFrame> frames, int renditions, IRenditionSink sink, CancellationToken cancellationToken)
    {
        await foreach (var frame in frames.ReadAllAsync(cancellationToken))
        {
            if (frame.Kind == HostFrameKind.Outcome)
            {
                return await EndAsync(frame.Read<HostOutcome>(), renditions, sink, cancellationToken);
            }

            var rendition = BinaryPrimitives.ReadInt32BigEndian(frame.Payload);
            await sink.WriteAsync(rendition, frame.Payload.AsMemory(sizeof(int)), cancellationToken);
        }

        return new TranscodeOutcome.Failed("the transcode host died");
    }

    private static async Task<TranscodeOutcome> EndAsync(HostOutcome outcome, int renditions, IRenditionSink sink, CancellationToken cancellationToken)
    {
        if (outcome.InputFault is { } word)
        {
            return new TranscodeOutcome.BadInput(word);
        }

        if (outcome.Failure is { } failure)
        {
            return new TranscodeOutcome.Failed(failure);
        }

        for (var rendition = 0; rendition < renditions; rendition++)
        {
            await sink.CompleteAsync(rendition, cancellationToken);
        }

        return new TranscodeOutcome.Done(outcome.DecodedFrames, TimeSpan.FromMilliseconds(outcome.Milliseconds));
    }

    /// <summary>Tells the host to stop a job, throws away what still comes of it, and kills a host that does not stop.</summary>
    private async Task CallOffAsync(int id, Channel<HostFrame> frames)
    {
        using var grace = new CancellationTokenSource(s_cancelGrace, _time);
        try
        {
            await WriteAsync(HostFrame.Pack(HostFrameKind.SegmentEnd, id, []), grace.Token);
            await WriteAsync(HostFrame.Pack(HostFrameKind.Cancel, id, []), grace.Token);
            await foreach (var frame in frames.Reader.ReadAllAsync(grace.Token))
            {
                if (frame.Kind == HostFrameKind.Outcome)
                {
                    break;
                }
            }
        }
        catch (Exception stuck) when (stuck is OperationCanceledException or IOException)
        {
            Kill(_process);
        }

        _jobs.TryRemove(id, out _);
    }

    private async Task ReadAllAsync()
    {
        try
        {
            while (await HostFrame.ReadAsync(_process.StandardOutput.BaseStream, CancellationToken.None) is { } frame)
            {
                if (frame.Kind is not (HostFrameKind.RenditionBytes or HostFrameKind.Outcome) ||
                    (frame.Kind == HostFrameKind.RenditionBytes && frame.Payload.Length < sizeof(int)))
                {
                    throw new InvalidDataException("a frame of the transcode host makes no sense");
                }

                if (_jobs.TryGetValue(frame.Job, out var job))
                {
                    await job.Writer.WriteAsync(frame);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or EndOfStreamException)
        {
            Kill(_process);
        }

        _dead = true;
        foreach (var job in _jobs.Values)
        {
            job.Writer.TryComplete();
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "transcode-host: {Text}")]
    private static partial void LogHostSaid(ILogger logger, string text);
}
