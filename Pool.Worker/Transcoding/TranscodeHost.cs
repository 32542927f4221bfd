using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;
using Pool.Worker.FFmpeg;

namespace Pool.Worker.Transcoding;

/// <summary>
/// The codec process (<c>pool-worker transcode-host</c>): the only one that loads FFmpeg. It speaks <see cref="HostFrame"/>s on its
/// standard streams, runs several jobs at once, and ends when its input does.
/// </summary>
internal sealed class TranscodeHost
{
    private const int MaxJobs = 256;

    /// <summary>Largest segment of the network (protocol §1.4).</summary>
    private const long MaxSegmentBytes = 300_000_000;

    private const int BytesPerFrame = 64 * 1024;
    private const string CpuDevice = "cpu";

    private static readonly EncoderSlots s_slots = new(Environment.ProcessorCount);

    private readonly Stream _output;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<int, Job> _jobs = new();

    private TranscodeHost(Stream output) => _output = output;

    private sealed record Job(HostJob Order, MemoryStream Segment, CancellationTokenSource Cancel);

    /// <summary>What an H.264 to H.264 engine in MPEG-TS has (protocol §2.3).</summary>
    private static IReadOnlyList<int> Capabilities { get; } = CapabilitySet.Of(
        Capability.H264, Capability.MpegTs, Capability.FractionalFrameRates, Capability.H264Baseline, Capability.H264Main,
        Capability.H264High, Capability.H264ConstrainedHigh, Capability.Gop, Capability.SegmentSlicing).ToNumbers();

    /// <summary>Runs until standard input ends.</summary>
    internal static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        var host = new TranscodeHost(output);
        var error = LoadError();
        host.Send(HostFrame.PackMessage(HostFrameKind.Hello, 0, new HostHello(HostFrame.ProtocolVersion, CpuDevice, Capabilities, error)));
        if (error is not null)
        {
            return 1;
        }

        while (await HostFrame.ReadAsync(input, cancellationToken) is { } frame)
        {
            host.Take(frame);
        }

        return 0;
    }

    private static unsafe string? LoadError()
    {
        try
        {
            FFmpegLibraries.Load();
            return ffmpeg.avcodec_find_encoder_by_name("libx264") == null
                ? "FFmpeg's libraries have no libx264 encoder: install a build with it (Debian 12: apt-get install libavcodec59)."
                : null;
        }
        catch (FFmpegVersionException wrong)
        {
            return wrong.Message;
        }
    }

    private void Take(HostFrame frame)
    {
        switch (frame.Kind)
        {
            case HostFrameKind.Job:
                Open(frame.Job, frame.Read<HostJob>());
                break;
            case HostFrameKind.SegmentBytes when _jobs.TryGetValue(frame.Job, out var job):
                if (job.Segment.Length + frame.Payload.Length <= job.Order.SegmentBytes)
                {
                    job.Segment.Write(frame.Payload);
                }

                break;
            case HostFrameKind.SegmentEnd when _jobs.TryGetValue(frame.Job, out var job):
                _ = Task.Factory.StartNew(() => Run(frame.Job, job), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                break;
            case HostFrameKind.Cancel when _jobs.TryGetValue(frame.Job, out var job):
                job.Cancel.Cancel();
                break;
        }
    }

    private void Open(int id, HostJob order)
    {
        if (_jobs.Count >= MaxJobs || order.SegmentBytes is <= 0 or > MaxSegmentBytes)
        {
            Finish(id, new HostOutcome(0, 0, null, $"the host takes at most {MaxJobs} jobs with segments of 1 to {MaxSegmentBytes} bytes"));
            return;
        }

        _jobs[id] = new Job(order, new MemoryStream((int)order.SegmentBytes), new CancellationTokenSource());
    }

    private void Run(int id, Job job)
    {
        var watch = Stopwatch.StartNew();
        HostOutcome outcome;
        try
        {
            var transcoder = new SegmentTranscoder(job.Order.Profiles, job.Order.Clip, (rendition, bytes) => Send(id, rendition, bytes), s_slots);
            var frames = transcoder.Run(job.Segment.GetBuffer().AsMemory(0, (int)job.Segment.Length), job.Cancel.Token);
            outcome = new HostOutcome(frames, watch.Elapsed.TotalMilliseconds, null, null);
        }
        catch (InputFaultException fault)
        {
            outcome = new HostOutcome(0, 0, fault.Message, null);
        }
        catch (OperationCanceledException)
        {
            outcome = new HostOutcome(0, 0, null, "called off");
        }
        catch (FFmpegException failure)
        {
            outcome = new HostOutcome(0, 0, null, failure.Message);
        }

        Finish(id, outcome);
    }

    private void Finish(int id, HostOutcome outcome)
    {
        if (_jobs.TryRemove(id, out var job))
        {
            job.Cancel.Dispose();
            job.Segment.Dispose();
        }

        Send(HostFrame.PackMessage(HostFrameKind.Outcome, id, outcome));
    }

    private void Send(int id, int rendition, ReadOnlyMemory<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, BytesPerFrame)..])
        {
            var part = bytes.Span[..Math.Min(bytes.Length, BytesPerFrame)];
            var payload = new byte[sizeof(int) + part.Length];
            BinaryPrimitives.WriteInt32BigEndian(payload, rendition);
            part.CopyTo(payload.AsSpan(sizeof(int)));
            Send(HostFrame.Pack(HostFrameKind.RenditionBytes, id, payload));
        }
    }

    private void Send(byte[] frame)
    {
        lock (_writing)
        {
            _output.Write(frame);
            _output.Flush();
        }
    }
}
