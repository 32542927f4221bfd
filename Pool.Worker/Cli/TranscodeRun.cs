using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Cli;

/// <summary>
/// <c>pool-worker transcode</c>: the engine alone, over the same host process and the same pipes as for a pool. The segments of a
/// stream go one after the other, as a gateway sends them.
/// </summary>
internal sealed class TranscodeRun(TranscodeSettings settings, TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Runs to the end of the video.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var started = time.GetTimestamp();
            await using var host = await TranscodeHostProcess.StartAsync(
                TranscodeHostOptions.ForThisProgram(settings.Device) with { InputFile = settings.Input }, NullLogger.Instance, time, cancellationToken);
            var streams = await Task.WhenAll(Enumerable.Range(1, settings.Streams).Select(number => StreamAsync(host, number, cancellationToken)));
            var seconds = time.GetElapsedTime(started).TotalSeconds;
            var media = streams[0].Segments.Sum(segment => segment.MediaSeconds);
            await PrintAsync(new TranscodeReport(settings.Device, settings.Input, media, seconds, media * streams.Length / seconds, streams));
            return ExitCode.Ok;
        }
        catch (Exception failure) when (failure is TranscodeHostException or SegmentSourceException or IOException or UnauthorizedAccessException)
        {
            await WorkerRun.SayAsync(error, failure.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private async Task<TranscodedStream> StreamAsync(TranscodeHostProcess host, int number, CancellationToken cancellationToken)
    {
        var folder = settings.Streams == 1 ? settings.Output : Path.Combine(settings.Output, number.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        await using var files = new RenditionFiles(folder, settings.Profiles);
        using var source = host.Cut(settings.SegmentLength);
        var segments = new List<TranscodedSegment>();
        var next = await source.NextAsync(cancellationToken);
        while (next is { } segment)
        {
            // The next one is cut meanwhile, as a live stream's would be on its way.
            var cutting = source.NextAsync(cancellationToken).AsTask();
            await files.NextSegmentAsync();
            segments.Add(await TranscodeAsync(host, number, segments.Count + 1, segment, files, cancellationToken));
            next = await cutting;
        }

        return segments.Count > 0
            ? new TranscodedStream(segments, files.Written)
            : throw new SegmentSourceException($"{settings.Input} has no pictures");
    }

    private async Task<TranscodedSegment> TranscodeAsync(
        TranscodeHostProcess host, int stream, int number, SourceSegment segment, RenditionFiles files, CancellationToken cancellationToken)
    {
        var bytes = segment.Bytes.Length;
        var job = new TranscodeJob($"file-{stream}", segment.Bytes, bytes, settings.Profiles, Clip: null, ForceReinit: false) { Duration = segment.Duration };
        var result = await host.TranscodeAsync(job, files, cancellationToken);
        return result switch
        {
            TranscodeOutcome.Done done => new TranscodedSegment(
                bytes, segment.Duration.TotalSeconds, done.DecodedFrames, done.Elapsed.TotalMilliseconds),
            TranscodeOutcome.BadInput bad => throw new SegmentSourceException($"segment {number} of {settings.Input} cannot be transcoded: {bad.Word}"),
            TranscodeOutcome.Failed failed => throw new SegmentSourceException($"segment {number} of {settings.Input} failed: {failed.Reason}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task PrintAsync(TranscodeReport report)
    {
        if (settings.Json)
        {
            await output.WriteLineAsync(report.ToJson());
            return;
        }

        foreach (var line in TranscodeText.Lines(report))
        {
            await output.WriteLineAsync(line);
        }
    }
}
