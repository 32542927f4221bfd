using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>The engine in this process: a segment in, renditions or the network's word out.</summary>
internal static class Engine
{
    internal static readonly VideoProfile P90 = new() { Name = "90p", Width = 160, Height = 90, BitrateBps = 400_000 };

    private static readonly EncoderSlots s_slots = new(Math.Min(2, Environment.ProcessorCount), TimeProvider.System);

    internal sealed record Result(long Frames, IReadOnlyList<byte[]> Renditions, string? Fault)
    {
        internal byte[] Single => Fault is null ? Assert.Single(Renditions) : throw new InvalidOperationException($"refused: {Fault}");
    }

    internal static Result Transcode(byte[] segment, params VideoProfile[] profiles) => Transcode(segment, null, profiles);

    internal static Result Transcode(byte[] segment, Clip? clip, params VideoProfile[] profiles) => Transcode(segment, clip, s_slots, profiles);

    /// <summary>With one thread, the encoders' rate control makes the same of the same every time.</summary>
    internal static Result TranscodeOnOneThread(byte[] segment, VideoProfile profile) => Transcode(segment, null, new EncoderSlots(1, TimeProvider.System), [profile]);

    private static Result Transcode(byte[] segment, Clip? clip, EncoderSlots slots, VideoProfile[] profiles)
    {
        FFmpegLibraries.Load();
        var output = new MemoryRenditions(profiles.Length);
        try
        {
            var transcoder = new SegmentTranscoder(profiles, clip, isSigned: false, output, slots);
            return new Result(transcoder.Run(segment, CancellationToken.None), output.Files, null);
        }
        catch (InputFaultException fault)
        {
            return new Result(0, [], fault.Message);
        }
    }

    private sealed class MemoryRenditions(int count) : IRenditionOutput
    {
        private readonly MemoryStream[] _files = [.. Enumerable.Range(0, count).Select(_ => new MemoryStream())];
        private readonly bool[] _ended = new bool[count];

        internal IReadOnlyList<byte[]> Files
        {
            get
            {
                Assert.All(_ended, Assert.True);
                return [.. _files.Select(file => file.ToArray())];
            }
        }

        public void Write(int rendition, ReadOnlySpan<byte> bytes) => _files[rendition].Write(bytes);

        public void Sign(int rendition, ReadOnlySpan<byte> signature) => Assert.Fail("Nobody asked for a signature.");

        public void End(int rendition) => _ended[rendition] = true;
    }
}
