using Pool.Shared.Contracts;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Pipeline;
using Pool.Worker.Transcoding.Signature;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>One thing that a capability promises, tried.</summary>
/// <param name="Run">Throws when it does not come out right.</param>
internal sealed record CapabilityProof(Capability Capability, Action Run);

/// <summary>The proof of every capability that the engine is built for. A capability with several proofs needs them all.</summary>
internal static class CapabilityProofs
{
    private const int ClipFrames = 6;
    private const int Threads = 1;
    private const string Clip420 = "h264-420.ts";

    /// <summary>As FFmpeg numbers H.264's profiles (<c>profile_idc</c>; constraint_set1 is bit 9).</summary>
    private const int ConstrainedBaseline = 66 | (1 << 9);
    private const int Main = 77;
    private const int High = 100;

    private static readonly VideoProfile s_small = new() { Name = "proof", Width = 160, Height = 160, BitrateBps = 100_000 };

    private readonly record struct Picture(long Frames, long KeyFrames, int Profile);

    internal static IReadOnlyList<CapabilityProof> All { get; } =
    [
        new(Capability.H264, () => Expect(Make(Clip420, s_small))),
        new(Capability.MpegTs, () => Expect(Make(Clip420, s_small))),
        new(Capability.Mp4, () => Expect(Make(Clip420, s_small with { Container = Container.Mp4 }))),
        new(Capability.FractionalFrameRates, () => Expect(Make(Clip420, s_small with { FrameRateNumerator = 30, FrameRateDenominator = 2 }), ClipFrames / 2)),
        new(Capability.H264Baseline, () => ExpectProfile(EncoderProfile.H264Baseline, ConstrainedBaseline)),
        new(Capability.H264Main, () => ExpectProfile(EncoderProfile.H264Main, Main)),
        new(Capability.H264High, () => ExpectProfile(EncoderProfile.H264High, High)),
        new(Capability.H264ConstrainedHigh, () => ExpectProfile(EncoderProfile.H264ConstrainedHigh, High)),
        new(Capability.Gop, () => ExpectKeyFrames(VideoProfile.IntraOnlyGop, ClipFrames)),
        new(Capability.Gop, () => ExpectKeyFrames(100, 2)),
        new(Capability.Mpeg7Signature, ExpectSignature),
        new(Capability.HevcDecode, () => Expect(Make("hevc.ts", s_small))),
        new(Capability.HevcEncode, () => Expect(Make(Clip420, s_small with { Codec = VideoCodec.Hevc }))),
        new(Capability.HevcEncode, () => Expect(Make(Clip420, s_small with { Codec = VideoCodec.Hevc, Container = Container.Mp4 }))),
        new(Capability.Vp8Decode, () => Expect(Make("vp8.webm", s_small))),
        new(Capability.Vp9Decode, () => Expect(Make("vp9.webm", s_small))),
        new(Capability.Vp9Encode, () => Expect(Make(Clip420, s_small with { Codec = VideoCodec.Vp9, Container = Container.Mp4 }))),
        new(Capability.H264Decode444, () => Expect(Make("h264-444.ts", s_small))),
        new(Capability.H264Decode422, () => Expect(Make("h264-422.ts", s_small))),
        new(Capability.H264Decode444TenBit, () => Expect(Make("h264-444-10.ts", s_small))),
        new(Capability.H264Decode422TenBit, () => Expect(Make("h264-422-10.ts", s_small))),
        new(Capability.H264Decode420TenBit, () => Expect(Make("h264-420-10.ts", s_small))),
        new(Capability.SegmentSlicing, () => Expect(Make(Clip420, s_small, new Clip(0, 100)), 4)),
    ];

    private static byte[] Make(string clip, VideoProfile profile, Clip? part = null)
    {
        var rendition = new MemoryRendition();
        new SegmentTranscoder([profile], part, isSigned: false, rendition, new EncoderSlots(Threads, TimeProvider.System)).Run(Read(clip), CancellationToken.None);
        return rendition.Bytes;
    }

    private static unsafe Picture Expect(byte[] rendition, long frames = ClipFrames)
    {
        var (keyFrames, sizes) = (0L, new HashSet<(int, int)>());
        using var reader = new SegmentReader(rendition, Threads);
        var found = VideoFrames.ForEach(reader, frame =>
        {
            keyFrames += AVFields.IsKeyFrame(frame);
            sizes.Add((AVFields.Width(frame), AVFields.Height(frame)));
        });
        if (found != frames || !sizes.SetEquals([(s_small.Width, s_small.Height)]))
        {
            throw new InvalidDataException($"{found} frames of {string.Join(", ", sizes)} came out, not {frames} of {s_small.Width}x{s_small.Height}");
        }

        long profile;
        FFmpegException.Check(ffmpeg.av_opt_get_int(reader.Decoder, "profile", 0, &profile), nameof(ffmpeg.av_opt_get_int));
        return new Picture(found, keyFrames, (int)profile);
    }

    private static void ExpectProfile(EncoderProfile asked, int expected)
    {
        var found = Expect(Make(Clip420, s_small with { EncoderProfile = asked })).Profile;
        if (found != expected)
        {
            throw new InvalidDataException($"H.264 profile {found} came out, not {expected}");
        }
    }

    private static void ExpectKeyFrames(int gopMilliseconds, long expected)
    {
        var found = Expect(Make(Clip420, s_small with { GopMilliseconds = gopMilliseconds })).KeyFrames;
        if (found != expected)
        {
            throw new InvalidDataException($"{found} key frames came out, not {expected}");
        }
    }

    private static void ExpectSignature()
    {
        if (RenditionSignature.OfBytes(Make(Clip420, s_small), Threads).Length == 0)
        {
            throw new InvalidDataException("the signature is empty");
        }
    }

    private static byte[] Read(string clip)
    {
        using var resource = typeof(CapabilityProofs).Assembly.GetManifestResourceStream($"proofs/{clip}")
            ?? throw new InvalidDataException($"the clip {clip} is not part of the program");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
