using Pool.Gateway.Cli;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Output;
using Pool.Gateway.Payments;
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
    /// <summary>What is streamed: files, one after the other, or one address (rtmp, rtmps, http, https).</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Whether to wait at the address for somebody who pushes.</summary>
    public bool Listen { get; init; }

    /// <summary>Addresses of the orchestrators, https; at least one.</summary>
    public required IReadOnlyList<Uri> Orchestrators { get; init; }

    /// <summary>The folder the output goes to.</summary>
    public required string Out { get; init; }

    /// <summary>Streams of the input at the same time.</summary>
    public required int Streams { get; init; }

    /// <summary>A file of profiles or names of presets; null takes those that suit the source.</summary>
    public string? Profiles { get; init; }

    /// <summary>How fast segments follow each other.</summary>
    public Pace Pace { get; init; }

    /// <summary>Whether the segments of the source stay.</summary>
    public bool KeepSource { get; init; }

    /// <summary>The account that pays; null is a gateway without a key.</summary>
    public GatewayWallet? Wallet { get; init; }
}

/// <summary>A whole run: looks at the source, asks for the orchestrator, cuts, streams, checks.</summary>
public sealed class GatewayRun(RunRequest request, IProgressSink progress, TimeProvider time)
{
    /// <summary>Size of picture that stands for a live source while its orchestrator is looked for: the capabilities are the same at any.</summary>
    private static readonly (int Width, int Height) s_anySize = (640, 360);

    /// <summary>Runs to the end.</summary>
    /// <exception cref="UserFaultException">The source, the profiles, the orchestrators or the folder cannot be used.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public async Task<StreamReport> RunAsync(CancellationToken cancellationToken)
    {
        var chosen = request.Profiles is { } text ? Chosen(text) : null;
        using var stopIngest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (source, folder) = await OpenAsync(chosen, stopIngest.Token);
        StreamReport report;
        try
        {
            var profiles = chosen ?? ProfileLadder.For(source.Video);
            var started = time.GetTimestamp();
            var streams = await StreamAllAsync(Clients(profiles), profiles, folder, source, cancellationToken);
            var elapsed = time.GetElapsedTime(started);
            var faults = await source.FaultsAsync();
            report = ReportBuilder.Build(StreamedMedia.Of(source.Segments, source.IngestNote), streams, elapsed, faults) with { Payments = request.Wallet?.Report };
        }
        finally
        {
            await stopIngest.CancelAsync();
        }

        if (!request.KeepSource)
        {
            folder.RemoveSource();
        }

        progress.Report(ReportBuilder.Summary(report));
        return report;
    }

    /// <summary>The capabilities of a job whose segments came by push: H.264 in 8-bit 4:2:0, which is all that files are sent as.</summary>
    internal static Capabilities Needs(IReadOnlyList<VideoProfile> profiles) => Needs(profiles, InputCodec.H264, "yuv420p");

    /// <summary>The same for any input.</summary>
    internal static Capabilities Needs(IReadOnlyList<VideoProfile> profiles, InputCodec codec, string pixelFormat)
    {
        var set = JobCapabilities.For(new JobNeeds { Codec = codec, PixelFormat = pixelFormat, Profiles = profiles, SegmentParameters = true });
        var needs = new Capabilities { Constraints = new Capabilities.Types.Constraints() };
        needs.Bitstring.AddRange(set.ToWords());
        return needs;
    }

    /// <summary>Fails with one line when no orchestrator can be used.</summary>
    /// <exception cref="UserFaultException">None can.</exception>
    internal static async Task RequireOrchestratorAsync(IReadOnlyList<OrchestratorClient> clients, CancellationToken cancellationToken)
    {
        try
        {
            await SessionPool.RequireOneAsync(clients, cancellationToken);
        }
        catch (AttemptException fault)
        {
            throw new UserFaultException($"Nothing was streamed: {fault.Message}.", fault);
        }
    }

    private static IReadOnlyList<VideoProfile> Chosen(string text) =>
        ProfileChoice.TryRead(text, out var profiles, out var error) ? profiles : throw new UserFaultException($"--profiles: {error}.");

    /// <summary>Everything that may fail before something is written comes first, the source's own work last.</summary>
    private async Task<(StreamSource Source, OutputFolder Folder)> OpenAsync(
        IReadOnlyList<VideoProfile>? chosen, CancellationToken cancellationToken)
    {
        void Say(string text) => progress.Report(new Remark(text));

        var addresses = request.Inputs.Where(input => input.Contains("://", StringComparison.Ordinal)).ToArray();
        if (addresses.Length > 0 && request.Inputs.Count > 1)
        {
            throw new UserFaultException($"'{addresses[0]}' must be the only input: addresses and files do not follow each other.");
        }

        if (LiveAddress.TryRead(request.Inputs[0], request.Listen, out var address))
        {
            await RequireOrchestratorAsync(Clients(chosen ?? ProfileLadder.For(s_anySize.Width, s_anySize.Height)), cancellationToken);
            var target = OutputFolder.Prepare(request.Out);
            return (await LiveSource.BeginAsync(address, target.Source, Say, cancellationToken), target);
        }

        var videos = new List<VideoSource>();
        foreach (var input in request.Inputs)
        {
            videos.Add(await SourceProbe.ProbeAsync(input, cancellationToken));
        }

        await RequireOrchestratorAsync(Clients(chosen ?? ProfileLadder.For(videos[0])), cancellationToken);
        var folder = OutputFolder.Prepare(request.Out, request.Inputs);
        return (await FileSource.CutAsync(videos, folder.Source, Say, cancellationToken), folder);
    }

    private IReadOnlyList<OrchestratorClient> Clients(IReadOnlyList<VideoProfile> profiles) =>
        [.. request.Orchestrators.Select(address => new OrchestratorClient(address, Needs(profiles), request.Wallet))];

    private async Task<IReadOnlyList<(StreamOutcome Outcome, StreamOutput Output)>> StreamAllAsync(
        IReadOnlyList<OrchestratorClient> orchestrators, IReadOnlyList<VideoProfile> profiles, OutputFolder folder, StreamSource source,
        CancellationToken cancellationToken)
    {
        using var exchange = new SegmentExchange(Needs(profiles), profiles, request.Wallet);
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
                var run = new StreamRun(name, orchestrators, exchange, output, probe, progress, time);
                return (await run.RunAsync(source, request.Pace, stop.Token), output);
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
