using System.Globalization;

namespace Pool.Benchmarks.Transcode;

/// <summary>The programs that are compared. Each leaves its renditions in a folder of its own.</summary>
internal sealed class Contestants(TranscodeScene scene, string worker, TimeProvider time)
{
    public const string Pool = "pool-worker transcode";
    public const string PerSegment = "an ffmpeg per segment";
    public const string Whole = "one ffmpeg";

    /// <summary>The worker's engine, timed from outside, its start included.</summary>
    /// <param name="streams">Streams at once, in one process as in a pool.</param>
    public Task<ProcessFigures> RunPoolAsync(int streams)
    {
        var folder = FolderOf("pool");
        return MeasuredProcess.RunAsync(worker,
            ["transcode", scene.Clip, "--profiles", scene.Profiles, "--out", folder, "--streams", streams.ToString(CultureInfo.InvariantCulture), "--json"], time);
    }

    /// <summary>A process for each segment, one after the other: what a plain transcoder does.</summary>
    public async Task<ProcessFigures> RunPerSegmentAsync()
    {
        var folder = FolderOf("each");
        var start = time.GetTimestamp();
        var peak = 0L;
        foreach (var segment in scene.Segments)
        {
            var target = Path.Combine(folder, Path.GetFileNameWithoutExtension(segment) + "-");
            var figures = await MeasuredProcess.RunAsync("ffmpeg", TranscodeScene.FFmpegArguments(segment, target), time);
            peak = Math.Max(peak, figures.PeakBytes);
        }

        return new ProcessFigures(time.GetElapsedTime(start), peak);
    }

    /// <summary>What the processes for each segment made of one rendition, as one file: MPEG-TS can be put one behind the other.</summary>
    public async Task<string> JoinSegmentsAsync(string file)
    {
        var whole = Path.Combine(scene.Folder, "each-" + file);
        await using var target = File.Create(whole);
        foreach (var part in Directory.GetFiles(FolderOf("each"), "*-" + file).Order(StringComparer.Ordinal))
        {
            await using var source = File.OpenRead(part);
            await source.CopyToAsync(target);
        }

        return whole;
    }

    /// <summary>One process for the whole clip, or as many side by side as there are streams.</summary>
    public async Task<ProcessFigures> RunWholeAsync(int streams)
    {
        var start = time.GetTimestamp();
        var runs = await Task.WhenAll(Enumerable.Range(1, streams).Select(number => MeasuredProcess.RunAsync(
            "ffmpeg",
            TranscodeScene.FFmpegArguments(scene.Clip, FolderOf($"whole{number.ToString(CultureInfo.InvariantCulture)}") + Path.DirectorySeparatorChar),
            time)));
        return new ProcessFigures(time.GetElapsedTime(start), runs.Sum(run => run.PeakBytes));
    }

    /// <summary>Where a contestant's renditions are.</summary>
    public string FolderOf(string contestant) => Directory.CreateDirectory(Path.Combine(scene.Folder, contestant)).FullName;
}
