using Pool.Shared.Media;

namespace Pool.Server.Verification;

/// <summary>Whether a rendition is what was asked for, as far as its headers say.</summary>
public abstract record RenditionVerdict
{
    private RenditionVerdict()
    {
    }

    public sealed record Accepted : RenditionVerdict;

    public sealed record Refused(string Reason) : RenditionVerdict;
}

/// <summary>Holds a rendition's count against its profile (protocol §4.8, §7.6).</summary>
public static class RenditionCheck
{
    /// <summary>Smaller results are the network's ZeroSegments (protocol §4.8).</summary>
    private const long MinBytes = 25;

    /// <summary>Frames that a frame rate may be missed by: the filter that makes it rounds at both ends.</summary>
    private const double MaxFramesOff = 2;

    /// <summary>How many times what was asked for an encoder may exceed, over so short a time.</summary>
    private const double MaxOvershoot = 3;

    /// <summary>An encoder's buffer in seconds at the bitrate: what it may have sent before it must hold the rate.</summary>
    private const double BufferSeconds = 1;

    /// <summary>
    /// Bits of a pixel below which no bitrate can make every encoder go: white noise at the coarsest took 2.3 in key frames and 0.2 in others.
    /// </summary>
    private const double CoarsestKeyFrame = 4;
    private const double CoarsestFrame = 1;

    private static readonly RenditionVerdict s_accepted = new RenditionVerdict.Accepted();

    /// <param name="count">The rendition, counted.</param>
    /// <param name="profile">What was asked for.</param>
    /// <param name="source">What is known of the segment; null when nothing is.</param>
    public static RenditionVerdict Check(RenditionCount count, VideoProfile profile, SourceFacts? source = null)
    {
        if (count.Fault is { } fault)
        {
            return Refuse(fault);
        }

        if (count.Codec != profile.Codec)
        {
            return Refuse($"it is {count.Codec}, but {profile.Codec} was asked for");
        }

        if (count.Container != profile.Container)
        {
            return Refuse($"it is {count.Container}, but {profile.Container} was asked for");
        }

        if (count.Bytes < MinBytes)
        {
            return Refuse($"{count.Bytes} bytes are too few");
        }

        if (!count.StartsWithKeyFrame)
        {
            return Refuse("it does not start with a key frame");
        }

        return CheckSize(count, profile, source) ?? CheckFrames(count, profile, source) ?? CheckBytes(count, profile) ?? s_accepted;
    }

    private static RenditionVerdict.Refused? CheckSize(RenditionCount count, VideoProfile profile, SourceFacts? source)
    {
        if (RenditionSize.Fault(count.Width, count.Height, profile) is { } fault)
        {
            return Refuse(fault);
        }

        if (source is not null && RenditionSize.Of(source.Width, source.Height, profile) is var exact && exact != (count.Width, count.Height))
        {
            return Refuse($"it is {count.Width}x{count.Height}, but {source.Width}x{source.Height} in {profile.Width}x{profile.Height} is {exact.Width}x{exact.Height}");
        }

        return count.Pixels == count.Frames * count.Width * count.Height ? null : Refuse("its size changes");
    }

    /// <summary>
    /// Frames against the time they take, when a frame rate was asked for, and against the segment's. Fewer than the segment has prove
    /// nothing, because it may be damaged. The gateway's own word for the duration is no measure: many send a default.
    /// </summary>
    private static RenditionVerdict.Refused? CheckFrames(RenditionCount count, VideoProfile profile, SourceFacts? source)
    {
        if (profile.FrameRateNumerator == 0)
        {
            return source is not null && count.Frames > source.Pictures + MaxFramesOff
                ? Refuse($"it has {count.Frames} frames, but the segment has {source.Pictures}")
                : null;
        }

        var rate = profile.FrameRateNumerator / (double)Math.Max(profile.FrameRateDenominator, 1);
        var expected = (count.Span.TotalSeconds * rate) + 1;
        if (Math.Abs(count.Frames - expected) > MaxFramesOff)
        {
            return Refuse($"it has {count.Frames} frames, but {rate:0.###} a second over its {count.Span.TotalSeconds:0.###} s are {expected:0}");
        }

        return source is not null && count.Frames > (source.LongestDuration.TotalSeconds * rate) + MaxFramesOff
            ? Refuse($"it has {count.Frames} frames, too many for {rate:0.###} a second and the segment's {source.LongestDuration.TotalSeconds:0.###} s")
            : null;
    }

    /// <summary>Size against the bitrate. A small rendition proves nothing: a picture that stands still costs next to nothing.</summary>
    private static RenditionVerdict.Refused? CheckBytes(RenditionCount count, VideoProfile profile)
    {
        // With a quality, libvpx takes the bitrate as a wish and not as a cap: noise made it thirty times as much.
        if (profile.BitrateBps == 0 || profile is { Codec: VideoCodec.Vp9, Quality: > 0 })
        {
            return null;
        }

        var bits = count.VideoBytes * 8.0;
        var coarsest = ((count.KeyFrames * CoarsestKeyFrame) + ((count.Frames - count.KeyFrames) * CoarsestFrame)) * count.Width * count.Height;
        var allowed = Math.Max(MaxOvershoot * profile.BitrateBps * (count.Duration.TotalSeconds + BufferSeconds), coarsest);
        return bits > allowed
            ? Refuse($"its video has {count.VideoBytes} bytes, too many for {profile.BitrateBps} bit/s over {count.Duration.TotalSeconds:0.###} s")
            : null;
    }

    private static RenditionVerdict.Refused Refuse(string reason) => new(reason);
}
