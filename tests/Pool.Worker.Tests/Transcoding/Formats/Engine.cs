using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>The engine in this process: a segment in, renditions or the network's word out.</summary>
internal static class Engine
{
    internal static readonly VideoProfile P90 = new() { Name = "90p", Width = 160, Height = 90, BitrateBps = 400_000 };

    private static readonly int s_threads = Math.Min(2, Environment.ProcessorCount);

    internal sealed record Result(long Frames, IReadOnlyList<byte[]> Renditions, string? Fault)
    {
        internal byte[] Single => Fault is null ? Assert.Single(Renditions) : throw new InvalidOperationException($"refused: {Fault}");
    }

    internal static Result Transcode(byte[] segment, params VideoProfile[] profiles) => Transcode(segment, null, profiles);

    internal static Result Transcode(byte[] segment, Clip? clip, params VideoProfile[] profiles) => Transcode(segment, clip, s_threads, profiles);

    /// <summary>With one thread, the encoders' rate control makes the same of the same every time.</summary>
    internal static Result TranscodeOnOneThread(byte[] segment, VideoProfile profile) => Transcode(segment, null, 1, [profile]);

    private static Result Transcode(byte[] segment, Clip? clip, int threads, VideoProfile[] profiles)
    {
        FFmpegLibraries.Load();
        var renditions = profiles.Select(_ => new MemoryStream()).ToList();
        try
        {
            var transcoder = new SegmentTranscoder(profiles, clip, (rendition, bytes) => renditions[rendition].Write(bytes.Span), threads);
            return new Result(transcoder.Run(segment, CancellationToken.None), [.. renditions.Select(rendition => rendition.ToArray())], null);
        }
        catch (InputFaultException fault)
        {
            return new Result(0, [], fault.Message);
        }
    }
}
