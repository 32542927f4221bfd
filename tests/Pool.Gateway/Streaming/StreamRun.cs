using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Streaming;

/// <summary>How fast segments are sent.</summary>
public enum Pace
{
    /// <summary>Not before a segment would exist live, and not before the answer to the last one.</summary>
    Live,

    /// <summary>As soon as the last one is answered.</summary>
    Max,
}

/// <summary>What happened on a stream, for screens.</summary>
public sealed record StreamEvent(string Event, string Stream, int? Sequence = null, int? Segments = null, double? RoundTripMs = null, string? Pixels = null, string? Error = null);

/// <summary>What came of a stream.</summary>
public sealed record StreamResult(
    string Stream, int Sent, int Ok, TimeSpan Media, TimeSpan Wall, IReadOnlyList<double> RoundTripsMs, IReadOnlyList<RenditionOutput> Renditions,
    string MasterPath, IReadOnlyList<string> Errors);

/// <summary>One stream of the gateway: a session at a time, segment after segment, with the stock gateway's rules for keeping and dropping it.</summary>
public sealed class StreamRun(
    string name, Uri orchestrator, IReadOnlyList<SourceSegment> segments, IReadOnlyList<VideoProfile> profiles, string folder, Pace pace, PixelProbe probe, Action<StreamEvent> report)
{
    /// <summary>Attempts for one segment (stock -maxAttempts).</summary>
    private const int MaxAttempts = 3;

    private const int ManifestIdBytes = 8;

    private readonly string _manifestId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ManifestIdBytes));
    private readonly Capabilities _capabilities = WireCapabilities(profiles);
    private readonly List<double> _roundTrips = [];
    private readonly List<string> _errors = [];
    private OrchestratorInfo? _session;

    public async Task<StreamResult> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var renditions = profiles.Select((profile, index) => new RenditionOutput(folder, profile.Name, index)).ToList();
        using var client = new OrchestratorClient(orchestrator);
        report(new StreamEvent("streamStarted", name, Segments: segments.Count));
        var watch = Stopwatch.StartNew();
        var ok = 0;
        foreach (var segment in segments)
        {
            if (pace == Pace.Live && segment.Start + segment.Duration - watch.Elapsed is { Ticks: > 0 } early)
            {
                await Task.Delay(early, cancellationToken);
            }

            ok += await SendAsync(client, segment, renditions, cancellationToken) ? 1 : 0;
        }

        var wall = watch.Elapsed;
        await EndAsync(client, cancellationToken);
        foreach (var rendition in renditions)
        {
            await rendition.FinishAsync(cancellationToken);
        }

        var master = Path.Combine(folder, "master.m3u8");
        await File.WriteAllTextAsync(master, RenditionOutput.Master(renditions), cancellationToken);
        report(new StreamEvent("streamEnded", name, Segments: ok));
        var media = TimeSpan.FromTicks(segments.Sum(segment => segment.Duration.Ticks));
        return new StreamResult(name, segments.Count, ok, media, wall, _roundTrips, renditions, master, _errors);
    }

    private async Task<bool> SendAsync(OrchestratorClient client, SourceSegment segment, List<RenditionOutput> renditions, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(segment.Path, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                var result = await TryAsync(client, segment, bytes, cancellationToken);
                var roundTrip = watch.Elapsed.TotalMilliseconds;
                await KeepAsync(segment, result, renditions, cancellationToken);
                _roundTrips.Add(roundTrip);
                report(new StreamEvent("segmentAnswered", name, segment.Sequence, RoundTripMs: Math.Round(roundTrip, 1), Pixels: result.Sum(made => made.Pixels).ToString()));
                return true;
            }
            catch (OrchestratorException wrong)
            {
                // A text of the network's list blames the stream and keeps the session; any other drops it (protocol §4.11).
                var isFinal = InputFault.Words.Contains(wrong.Message);
                _session = isFinal ? _session : null;
                if (isFinal || attempt == MaxAttempts)
                {
                    _errors.Add($"{name} segment {segment.Sequence}: {wrong.Message}");
                    report(new StreamEvent("segmentFailed", name, segment.Sequence, Error: wrong.Message));
                    return false;
                }
            }
        }
    }

    private async Task<IReadOnlyList<(byte[] Bytes, long Pixels)>> TryAsync(OrchestratorClient client, SourceSegment segment, byte[] bytes, CancellationToken cancellationToken)
    {
        if (_session is null || DateTimeOffset.FromUnixTimeSeconds(_session.AuthToken.Expiration) - TimeProvider.System.GetUtcNow() < GatewayTimeouts.TokenRefresh)
        {
            _session = await client.GetOrchestratorAsync(_capabilities, cancellationToken);
        }

        var result = await client.PushAsync(_session, Describe(segment, bytes), bytes, segment.Duration, cancellationToken);
        var made = Check(result, segment.Sequence);
        _session = result.Info;
        var downloads = await Task.WhenAll(made.Select(rendition => client.DownloadAsync(rendition.Url, cancellationToken)));
        return [.. downloads.Zip(made, (download, rendition) => (download, rendition.Pixels))];
    }

    private SegData Describe(SourceSegment segment, byte[] bytes)
    {
        var data = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8(_manifestId),
            Seq = segment.Sequence,
            Hash = ByteString.CopyFrom(Keccak256.Hash(bytes)),
            Profiles = ByteString.CopyFromUtf8("invalid"),
            Duration = (int)segment.Duration.TotalMilliseconds,
            Capabilities = _capabilities,
            AuthToken = _session!.AuthToken,   // TryAsync has just made sure of it
        };
        SegDataProfiles.Write(data, profiles);
        return data;
    }

    private Google.Protobuf.Collections.RepeatedField<TranscodedSegmentData> Check(TranscodeResult result, int sequence) => result switch
    {
        { ResultCase: TranscodeResult.ResultOneofCase.Error } => throw new OrchestratorException(result.Error),
        { ResultCase: TranscodeResult.ResultOneofCase.None } => throw new OrchestratorException("UnknownResponse"),
        { Info: null or { AuthToken: null } } => throw new OrchestratorException("missing auth token"),
        _ when result.Seq != sequence => throw new OrchestratorException($"the result is of segment {result.Seq}, not {sequence}"),
        _ when result.Data.Segments.Count != profiles.Count => throw new OrchestratorException($"{result.Data.Segments.Count} renditions came for {profiles.Count} profiles"),
        _ => result.Data.Segments,
    };

    /// <summary>Stores the renditions and recounts their pixels with ffprobe: they must be exactly what was reported (protocol §8.4).</summary>
    private async Task KeepAsync(SourceSegment segment, IReadOnlyList<(byte[] Bytes, long Pixels)> made, List<RenditionOutput> renditions, CancellationToken cancellationToken)
    {
        var paths = renditions.Select(rendition => rendition.NextPath(segment.Sequence)).ToList();
        var facts = await Task.WhenAll(made.Select(async (rendition, index) =>
        {
            await File.WriteAllBytesAsync(paths[index], rendition.Bytes, cancellationToken);
            return await probe.ProbeAsync(paths[index], cancellationToken);
        }));
        for (var index = 0; index < made.Count; index++)
        {
            if (facts[index]?.Pixels != made[index].Pixels)
            {
                throw new OrchestratorException($"PixelMismatch: {made[index].Pixels} pixels were reported, ffprobe counts {facts[index]?.Pixels.ToString() ?? "nothing"}");
            }
        }

        for (var index = 0; index < made.Count; index++)
        {
            await renditions[index].AddAsync(paths[index], made[index].Bytes, segment.Duration, facts[index]!, cancellationToken);   // checked above
        }
    }

    private async Task EndAsync(OrchestratorClient client, CancellationToken cancellationToken)
    {
        if (_session is { AuthToken: { } token })
        {
            try
            {
                await client.EndSessionAsync(token, cancellationToken);
            }
            catch (OrchestratorException wrong)
            {
                _errors.Add($"{name} end of session: {wrong.Message}");
            }
        }
    }

    private static Capabilities WireCapabilities(IReadOnlyList<VideoProfile> profiles)
    {
        var capabilities = new Capabilities { Constraints = new Capabilities.Types.Constraints() };
        capabilities.Bitstring.Add(JobCapabilities.For(new JobNeeds { Profiles = profiles, SegmentParameters = true }).ToWords());
        return capabilities;
    }
}
