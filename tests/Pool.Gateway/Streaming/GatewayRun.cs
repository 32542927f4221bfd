using Pool.Gateway.Cli;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Gateway.Profiles;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Streaming;

/// <summary>What a run was asked to do.</summary>
public sealed record RunRequest
{
    /// <summary>The file that is streamed.</summary>
    public required string Video { get; init; }

    /// <summary>Address of the orchestrator, https.</summary>
    public required Uri Orchestrator { get; init; }

    /// <summary>The folder the output goes to.</summary>
    public required string Out { get; init; }

    /// <summary>Streams of the file at the same time.</summary>
    public required int Streams { get; init; }

    /// <summary>A file of profiles or names of presets; null takes those that suit the source.</summary>
    public string? Profiles { get; init; }

    /// <summary>How fast segments follow each other.</summary>
    public Pace Pace { get; init; }

    /// <summary>Whether the segments of the source stay.</summary>
    public bool KeepSource { get; init; }
}

/// <summary>A whole run: looks at the source, asks for the orchestrator, cuts, streams, checks.</summary>
public sealed class GatewayRun(RunRequest request, IProgressSink progress, TimeProvider time)
{
    /// <summary>Runs to the end.</summary>
    /// <exception cref="UserFaultException">The source, the profiles, the orchestrator or the folder cannot be used.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public async Task<StreamReport> RunAsync(CancellationToken cancellationToken)
    {
        var source = await SourceProbe.ProbeAsync(request.Video, cancellationToken);
        var profiles = request.Profiles is { } chosen
            ? Chosen(chosen)
            : ProfileLadder.For(source);
        var orchestrator = new OrchestratorClient(request.Orchestrator, Needs(profiles));
        await RequireOrchestratorAsync(orchestrator, cancellationToken);
        var folder = OutputFolder.Prepare(request.Out, request.Video);
        var cut = await new Segmenter(folder.Source, text => progress.Report(new Remark(text))).CutAsync(source, cancellationToken);
        var started = time.GetTimestamp();
        var streams = await StreamAllAsync(orchestrator, profiles, folder, cut, cancellationToken);
        var elapsed = time.GetElapsedTime(started);
        var lost = await LostFramesAsync(cut);
        if (!request.KeepSource)
        {
            folder.RemoveSource();
        }

        var report = ReportBuilder.Build(cut, streams, elapsed, lost);
        progress.Report(ReportBuilder.Summary(report));
        return report;
    }

    /// <summary>The capabilities of a job whose segments came by push: H.264 in 8-bit 4:2:0, which is all that is ever sent.</summary>
    internal static Capabilities Needs(IReadOnlyList<VideoProfile> profiles)
    {
        var set = JobCapabilities.For(new JobNeeds { Codec = InputCodec.H264, PixelFormat = "yuv420p", Profiles = profiles, SegmentParameters = true });
        var needs = new Capabilities { Constraints = new Capabilities.Types.Constraints() };
        needs.Bitstring.AddRange(set.ToWords());
        return needs;
    }

    private static IReadOnlyList<VideoProfile> Chosen(string text) =>
        ProfileChoice.TryRead(text, out var profiles, out var error) ? profiles : throw new UserFaultException($"--profiles: {error}.");

    private static async Task RequireOrchestratorAsync(OrchestratorClient orchestrator, CancellationToken cancellationToken)
    {
        try
        {
            await orchestrator.GetTermsAsync(NetworkTimes.Discovery, cancellationToken);
        }
        catch (AttemptException fault)
        {
            throw new UserFaultException($"Nothing was streamed: {fault.Message}.", fault);
        }
    }

    /// <summary>A large source is counted while it streams; a difference is one of the run's errors.</summary>
    private static async Task<IReadOnlyList<string>> LostFramesAsync(CutSource cut)
    {
        try
        {
            await cut.FrameCheck;
            return [];
        }
        catch (UserFaultException fault)
        {
            return [fault.Message];
        }
    }

    private async Task<IReadOnlyList<(StreamOutcome Outcome, StreamOutput Output)>> StreamAllAsync(
        OrchestratorClient orchestrator, IReadOnlyList<VideoProfile> profiles, OutputFolder folder, CutSource cut,
        CancellationToken cancellationToken)
    {
        using var exchange = new SegmentExchange(orchestrator.Needs, profiles);
        using var probe = new PixelProbe();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var runs = Enumerable.Range(1, request.Streams).Select(number => StreamOneAsync($"stream-{number}")).ToArray();
        try
        {
            return await Task.WhenAll(runs);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The one that failed by itself says why, not those that were stopped because of it.
            throw runs.Select(run => run.Exception?.GetBaseException()).OfType<Exception>().First(fault => fault is not OperationCanceledException);
        }

        async Task<(StreamOutcome Outcome, StreamOutput Output)> StreamOneAsync(string name)
        {
            try
            {
                var output = new StreamOutput(folder, name, profiles);
                var run = new StreamRun(name, orchestrator, exchange, output, probe, progress, time);
                return (await run.RunAsync(cut.Segments, request.Pace, stop.Token), output);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
