using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pool.Gateway.Media;
using Pool.Gateway.Output;
using Pool.Gateway.Payments;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Gateway.Push;

/// <summary>What streams that are pushed need.</summary>
public sealed record PushSettings
{
    /// <summary>Addresses of the orchestrators, https.</summary>
    public required IReadOnlyList<Uri> Orchestrators { get; init; }

    /// <summary>Profiles of streams that name none.</summary>
    public required IReadOnlyList<VideoProfile> Profiles { get; init; }

    /// <summary>Where the output goes.</summary>
    public required OutputFolder Folder { get; init; }

    /// <summary>Takes what happens.</summary>
    public required IProgressSink Progress { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The account that pays; null is a gateway without a key.</summary>
    public GatewayWallet? Wallet { get; init; }
}

/// <summary>The streams of a push gateway: made by their first segment, ended when none came for a minute (protocol §8.6).</summary>
public sealed class PushStreams(PushSettings settings) : IAsyncDisposable
{
    /// <summary>Most streams at the same time.</summary>
    public const int MaxStreams = 256;

    /// <summary>Most streams that are remembered after their end, for the report and for players; the oldest is forgotten first.</summary>
    private const int MaxEnded = 1024;

    /// <summary>Longest name of a stream's folder that is the stream's own id.</summary>
    private const int MaxPlainName = 60;

    private const int HashedNameBytes = 12;

    private static readonly TimeSpan s_idleEnd = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PushStream> _active = [];
    private readonly List<PushStream> _ended = [];
    private readonly PixelProbe _probe = new();
    private readonly long _started = settings.Time.GetTimestamp();
    private TimeSpan? _firstPush;
    private TimeSpan _lastPush;
    private int _folders;

    /// <summary>The stream of this id, made when there is none.</summary>
    /// <param name="manifestId">The id.</param>
    /// <param name="first">What its first segment is.</param>
    /// <param name="isMp4">Whether its segments are MP4, and so the renditions.</param>
    /// <param name="configuration">What the sender wants, or null.</param>
    /// <exception cref="PushRefusedException">There are too many streams.</exception>
    public PushStream Get(string manifestId, VideoSource first, bool isMp4, TranscodeConfiguration? configuration)
    {
        lock (_lock)
        {
            _firstPush ??= settings.Time.GetElapsedTime(_started);
            if (_active.TryGetValue(manifestId, out var stream))
            {
                stream.Touch();
                return stream;
            }

            if (_active.Count == MaxStreams)
            {
                throw new PushRefusedException(HttpStatusCode.InternalServerError, $"there are {MaxStreams} streams already");
            }

            var profiles = configuration?.Profiles ?? settings.Profiles;
            var container = isMp4 ? Pool.Shared.Media.Container.Mp4 : Pool.Shared.Media.Container.MpegTs;
            stream = new PushStream(
                manifestId, FolderName(manifestId), first, [.. profiles.Select(profile => profile with { Container = container })], settings, _probe);
            _active.Add(manifestId, stream);
            return stream;
        }
    }

    /// <summary>The stream of this id or of this folder, running or the last one that ended; null when there was none.</summary>
    public PushStream? Find(string name)
    {
        lock (_lock)
        {
            return _active.GetValueOrDefault(name)
                ?? _active.Values.FirstOrDefault(stream => stream.Name == name)
                ?? _ended.LastOrDefault(stream => stream.ManifestId == name || stream.Name == name);
        }
    }

    /// <summary>Notes that a segment was answered.</summary>
    public void NoteAnswer()
    {
        lock (_lock)
        {
            _lastPush = settings.Time.GetElapsedTime(_started);
        }
    }

    /// <summary>Ends streams that nobody pushes any more, until it is stopped.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_sweepEvery, settings.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await EndAsync(stream => stream.IsIdleFor(s_idleEnd));
        }
    }

    /// <summary>Ends all streams and says what came of them.</summary>
    public async Task<StreamReport> FinishAsync()
    {
        await EndAsync(_ => true);
        lock (_lock)
        {
            var media = TimeSpan.FromTicks(_ended.Sum(stream => stream.Media.Ticks));
            var sent = _ended.Sum(stream => stream.Outcome().Sent);
            var longest = _ended.Count == 0 ? TimeSpan.Zero : _ended.Max(stream => stream.Media);
            var elapsed = _lastPush - (_firstPush ?? _lastPush);
            return ReportBuilder.Build(
                new StreamedMedia(longest, sent == 0 ? TimeSpan.Zero : media / sent, IngestNote: null),
                [.. _ended.Select(stream => (stream.Outcome(), stream.Output))], elapsed, []);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_ => true);
        _probe.Dispose();
    }

    private async Task EndAsync(Func<PushStream, bool> which)
    {
        PushStream[] ended;
        lock (_lock)
        {
            ended = [.. _active.Values.Where(which)];
            foreach (var stream in ended)
            {
                _active.Remove(stream.ManifestId);
                _ended.Add(stream);
            }

            _ended.RemoveRange(0, Math.Max(0, _ended.Count - MaxEnded));
        }

        foreach (var stream in ended)
        {
            await stream.EndAsync(CancellationToken.None);
            stream.Dispose();
        }
    }

    /// <summary>A folder for a stream, whose id may be any text: the id where it can be one and no earlier stream has it.</summary>
    private string FolderName(string manifestId)
    {
        var isPlain = manifestId.Length <= MaxPlainName && manifestId[0] != '.' && manifestId.All(StreamOutput.IsPlain);
        var name = isPlain ? manifestId : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifestId))[..HashedNameBytes]);
        _folders++;
        return Path.Exists(Path.Combine(settings.Folder.Path, name)) ? $"{name}-{_folders}" : name;
    }
}
