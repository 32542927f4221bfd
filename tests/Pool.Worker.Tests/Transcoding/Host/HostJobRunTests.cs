using System.Collections.Concurrent;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>A job inside the host process, with an engine of the test's.</summary>
public sealed class HostJobRunTests : IDisposable
{
    private const int Id = 7;

    private readonly FrameStream _stream = new();
    private readonly HostJobRun _run;

    public HostJobRunTests() => _run = new HostJobRun(
        Id, new HostJob("session", [Clips.Small, Clips.Rich], null, 3, ForceReinit: true, IsSignatureWanted: true), new HostOutput(_stream), TimeProvider.System);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Bytes_signatures_and_ends_come_out_in_order_and_each_end_once()
    {
        Assert.True(_run.TryAdd([1, 2, 3]));
        Assert.True(_run.TryBegin());

        var outcome = _run.Run((job, segment, output, _) =>
        {
            Assert.Equal([1, 2, 3], segment.ToArray());
            Assert.True(job.ForceReinit && job.IsSignatureWanted);
            output.Write(1, [8, 9]);
            output.Sign(1, [4]);
            output.End(1);
            return 42;
        });

        Assert.Equal(42, outcome.DecodedFrames);
        Assert.Equal(
            [
                (HostFrameKind.RenditionBytes, 1, "0809"), (HostFrameKind.RenditionSignature, 1, "04"), (HostFrameKind.RenditionEnd, 1, ""),
                (HostFrameKind.RenditionEnd, 0, ""),
            ],
            _stream.Frames());
    }

    [Fact]
    public async Task Output_waits_for_credit_when_the_window_is_full()
    {
        var running = RunOnItsThread((_, _, output, _) =>
        {
            output.Write(0, new byte[HostFrame.RenditionWindowBytes]);
            return 1;
        });
        await _stream.HasWritten(HostFrame.RenditionWindowBytes - HostOutput.BytesPerFrame);
        Assert.False(running.IsCompleted);

        _run.Credit(HostFrame.RenditionWindowBytes);

        Assert.Equal(1, (await running).DecodedFrames);
    }

    [Fact]
    public async Task A_job_that_is_called_off_does_not_wait_for_credit()
    {
        var running = RunOnItsThread((_, _, output, _) =>
        {
            output.Write(0, new byte[2 * HostFrame.RenditionWindowBytes]);
            return 1;
        });
        await _stream.HasWritten(HostFrame.RenditionWindowBytes - HostOutput.BytesPerFrame);

        _run.Cancel();

        Assert.Equal(HostJobRun.CalledOff, await running);
    }

    [Fact]
    public void Whatever_an_engine_throws_is_an_outcome()
    {
        Assert.Equal(InputFault.NoKeyFrames, _run.Run((_, _, _, _) => throw new InputFaultException(InputFault.NoKeyFrames)).InputFault);
        Assert.Contains("out of luck", _run.Run((_, _, _, _) => throw new InvalidOperationException("out of luck")).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void More_bytes_than_announced_and_a_segment_that_is_not_whole_are_refused()
    {
        Assert.True(_run.TryAdd([1, 2]));
        Assert.False(_run.TryBegin());
        Assert.False(_run.TryAdd([3, 4]));
        Assert.True(_run.TryAdd([3]));
        Assert.True(_run.TryBegin());
        Assert.False(_run.TryBegin());
        Assert.False(_run.TryAdd([]));
    }

    private Task<HostOutcome> RunOnItsThread(SegmentEngine engine) =>
        Task.Factory.StartNew(() => _run.Run(engine), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Keeps what is written and says when there is enough of it.</summary>
    private sealed class FrameStream : MemoryStream
    {
        private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();
        private readonly Lock _gate = new();

        public Task HasWritten(long bytes)
        {
            lock (_gate)
            {
                var source = _waiting.GetOrAdd(bytes, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Tell();
                return source.Task.WaitAsync(Connection.Patience.Limit);
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (_gate)
            {
                base.Write(buffer, offset, count);
                Tell();
            }
        }

        public List<(HostFrameKind Kind, int Rendition, string Hex)> Frames()
        {
            Position = 0;
            var (header, frames) = (new byte[HostFrame.HeaderBytes], new List<(HostFrameKind, int, string)>());
            while (HostFrame.ReadAsync(this, header, CancellationToken.None).AsTask().Result is { } frame)
            {
                Assert.Equal(Id, frame.Job);
                frames.Add((frame.Kind, frame.Number, Convert.ToHexString(frame.AfterNumber.Span)));
                frame.Dispose();
            }

            return frames;
        }

        private void Tell()
        {
            foreach (var (bytes, source) in _waiting)
            {
                if (Length >= bytes)
                {
                    source.TrySetResult();
                }
            }
        }
    }
}
