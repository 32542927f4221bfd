using System.Collections.Concurrent;
using Pool.Worker.Transcoding.Cutting;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// The codec process (<c>pool-worker transcode-host</c>): the only one that loads FFmpeg. It starts once more inside its confinement,
/// loads its libraries, seals itself, and only then listens. It speaks <see cref="HostFrame"/>s on its standard streams, runs several
/// jobs at once, each on threads of its own, and ends when its input does.
/// </summary>
internal sealed class TranscodeHost
{
    /// <summary>The worker's program with this argument, <see cref="DeviceOption"/> and a device is the codec process.</summary>
    public const string Command = "transcode-host";

    /// <summary>The option whose value is the device.</summary>
    public const string DeviceOption = "--device";

    /// <summary>Jobs at once; far above what a device can do in real time.</summary>
    private const int MaxJobs = 256;

    private static readonly EncoderSlots s_slots = new(Environment.ProcessorCount, TimeProvider.System);

    private readonly HostOutput _output;
    private readonly TimeProvider _time;
    private readonly SegmentEngine _engine;
    private readonly FileCuts _cuts;
    private readonly ConcurrentDictionary<int, HostJobRun> _jobs = new();

    private TranscodeHost(HostOutput output, SegmentEngine engine, FileCuts cuts, TimeProvider time) =>
        (_output, _engine, _cuts, _time) = (output, engine, cuts, time);

    /// <summary>Runs until standard input ends.</summary>
    internal static async Task<int> RunAsync(string device, TimeProvider time)
    {
        var order = SandboxOrder.Read();
        var confinement = order.Confinement ?? Confinement.Enter(order);
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        var frames = new HostOutput(output);
        using var engine = HostEngine.Open(device, s_slots, time);
        var sandbox = Seal.Close(order, confinement);

        // Proven inside the seal, as strangers' segments will be transcoded. Nobody asks a host that is for a person's file.
        engine.Try();
        var capabilities = engine.Error is null && order.InputFile is null ? engine.Prove() : HostEngine.Nothing;
        frames.Write(HostFrameKind.Hello, 0, new HostHello(
            HostFrame.ProtocolVersion, engine.Device, capabilities.Proven.ToNumbers(), [.. capabilities.Missing.Select(one => one.ToString())], engine.Error, sandbox));
        if (engine.Error is not null)
        {
            return 1;
        }

        using var cuts = new FileCuts(order.InputFile);
        var host = new TranscodeHost(frames, engine.Run, cuts, time);
        var header = new byte[HostFrame.HeaderBytes];
        while (await HostFrame.ReadAsync(input, header, CancellationToken.None) is { } frame)
        {
            using (frame)
            {
                host.Take(frame);
            }
        }

        return 0;
    }

    private void Take(HostFrame frame)
    {
        if (frame.Kind == HostFrameKind.Job)
        {
            Open(frame.Job, frame.Read<HostJob>());
        }
        else if (frame.Kind == HostFrameKind.Cut)
        {
            Cut(frame.Job, frame.Read<HostCut>());
        }
        else if (_jobs.TryGetValue(frame.Job, out var job))
        {
            Take(frame, job);
        }
        else if (frame.Kind == HostFrameKind.Cancel)
        {
            // Over already, or never begun: the worker waits for an outcome all the same.
            _output.Write(HostFrameKind.Outcome, frame.Job, HostJobRun.CalledOff);
        }
    }

    private void Take(HostFrame frame, HostJobRun job)
    {
        switch (frame.Kind)
        {
            case HostFrameKind.SegmentBytes:
                if (!job.TryAdd(frame.Payload.Span))
                {
                    throw new HostBrokenException("the worker sent more of a segment than it announced");
                }

                break;
            case HostFrameKind.SegmentEnd:
                Begin(frame.Job, job);
                break;
            case HostFrameKind.Credit:
                job.Credit(frame.Number);
                break;
            case HostFrameKind.Cancel when job.HasBegun:
                job.Cancel();
                break;
            case HostFrameKind.Cancel:
                Finish(frame.Job, HostJobRun.CalledOff);
                break;
        }
    }

    private void Open(int id, HostJob order)
    {
        var isOdd = order is not { Profiles: not null, SessionId: not null, SegmentBytes: > 0 and <= TranscodeLimits.MaxBytes };
        if (isOdd || _jobs.Count >= MaxJobs)
        {
            Finish(id, new HostOutcome(0, 0, null, $"the host takes at most {MaxJobs} jobs with segments of 1 to {TranscodeLimits.MaxBytes} bytes"));
            return;
        }

        _jobs[id] = new HostJobRun(id, order, _output, _time);
    }

    /// <summary>The next segment of the host's file, as a job whose only rendition it is.</summary>
    private void Cut(int id, HostCut cut)
    {
        var job = new HostJobRun(id, new HostJob("", [], null, 0, ForceReinit: false, IsSignatureWanted: false), _output, _time);
        _jobs[id] = job;
        new Thread(() =>
        {
            var seconds = 0.0;
            var outcome = job.Run((_, _, output, _) =>
            {
                if (_cuts.Next(cut) is { } segment)
                {
                    output.Write(0, segment.Bytes.Span);
                    seconds = segment.Duration.TotalSeconds;
                }

                return 0;
            });
            Finish(id, outcome with { MediaSeconds = seconds });
        })
        { IsBackground = true }.Start();
    }

    private void Begin(int id, HostJobRun job)
    {
        if (!job.TryBegin())
        {
            throw new HostBrokenException("the worker ended a segment that is not whole");
        }

        // A thread of its own: jobs never wait for one another, the kernel shares the processors out.
        new Thread(() => Finish(id, job.Run(_engine))) { IsBackground = true }.Start();
    }

    private void Finish(int id, HostOutcome outcome)
    {
        if (_jobs.TryRemove(id, out var job))
        {
            job.Dispose();
        }

        _output.Write(HostFrameKind.Outcome, id, outcome);
    }
}
