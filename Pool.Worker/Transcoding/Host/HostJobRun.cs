using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding.Host;

/// <summary>A job in the host process: its segment, its engine's run, and the window its output must keep to.</summary>
internal sealed class HostJobRun(int id, HostJob order, HostOutput output, TimeProvider time) : IRenditionOutput, IDisposable
{
    private readonly NativeSegment _segment = new((int)order.SegmentBytes);
    private readonly CancellationTokenSource _cancel = new();
    private readonly Lock _gate = new();
    private readonly HashSet<int> _ended = [];
    private TaskCompletionSource _credited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _window = HostFrame.RenditionWindowBytes;

    /// <summary>Its engine is running, or has run.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Takes bytes of the segment in; false when they are more than announced.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes) => !HasBegun && _segment.TryAdd(bytes);

    /// <summary>From now on it is the engine's; false when the segment is not whole or it has begun before.</summary>
    public bool TryBegin() => _segment.IsWhole && !HasBegun && (HasBegun = true);

    public void Cancel() => _cancel.Cancel();

    /// <summary>The worker has taken so many bytes.</summary>
    public void Credit(int bytes)
    {
        TaskCompletionSource credited;
        lock (_gate)
        {
            _window = Math.Min(_window + Math.Max(0, bytes), HostFrame.RenditionWindowBytes);
            (credited, _credited) = (_credited, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        credited.SetResult();
    }

    /// <summary>Runs the engine on the calling thread; every end is an outcome.</summary>
    public HostOutcome Run(SegmentEngine engine)
    {
        var since = time.GetTimestamp();
        try
        {
            var frames = engine(order, _segment.Memory[.._segment.Length], this, _cancel.Token);
            for (var rendition = 0; rendition < order.Profiles.Count; rendition++)
            {
                End(rendition);
            }

            return new HostOutcome(frames, time.GetElapsedTime(since).TotalMilliseconds, null, null);
        }
        catch (InputFaultException fault)
        {
            return new HostOutcome(0, 0, fault.Message, null);
        }
        catch (OperationCanceledException)
        {
            return CalledOff;
        }
        catch (FFmpegException failure)
        {
            return new HostOutcome(0, 0, null, failure.Message);
        }
        catch (Exception bug)
        {
            // A job that breaks costs itself and no other.
            return new HostOutcome(0, 0, null, $"the transcoder broke: {bug.GetType().Name}: {bug.Message}");
        }
    }

    /// <summary>What a job ends with that nobody waits for.</summary>
    public static HostOutcome CalledOff { get; } = new(0, 0, null, "called off");

    public void Write(int rendition, ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, HostOutput.BytesPerFrame)..])
        {
            Send(HostFrameKind.RenditionBytes, rendition, bytes[..Math.Min(bytes.Length, HostOutput.BytesPerFrame)]);
        }
    }

    public void Sign(int rendition, ReadOnlySpan<byte> signature) => Send(HostFrameKind.RenditionSignature, rendition, signature);

    public void End(int rendition)
    {
        lock (_gate)
        {
            if (!_ended.Add(rendition))
            {
                return;
            }
        }

        Send(HostFrameKind.RenditionEnd, rendition, []);
    }

    /// <summary>Gives the segment back. A cancellation may still be on its way in; its source holds nothing and needs no disposal.</summary>
    public void Dispose() => ((IDisposable)_segment).Dispose();

    private void Send(HostFrameKind kind, int rendition, ReadOnlySpan<byte> bytes)
    {
        Spend(HostFrame.HeaderBytes + HostFrame.IndexBytes + bytes.Length);
        output.Write(kind, id, rendition, bytes);
    }

    /// <summary>Waits until the worker has taken enough of what was sent.</summary>
    private void Spend(int bytes)
    {
        while (true)
        {
            Task credited;
            lock (_gate)
            {
                if (_window >= bytes)
                {
                    _window -= bytes;
                    return;
                }

                credited = _credited.Task;
            }

            credited.Wait(_cancel.Token);
        }
    }
}
