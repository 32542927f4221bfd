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

    /// <summary>Sizes an encoder of the network takes, in pixels (protocol §7.6, scale); for VP9, which it does not name, H.264's.</summary>
    private static readonly (int MinWidth, int MinHeight, int MaxSide) s_sizes = (146, 50, 4096);
    private static readonly (int MinWidth, int MinHeight, int MaxSide) s_hevcSizes = (132, 40, 8192);

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

    public static RenditionVerdict Check(RenditionCount count, VideoProfile profile)
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

        return CheckSize(count, profile) ?? CheckRates(count, profile) ?? s_accepted;
    }

    /// <summary>
    /// The larger side becomes the larger side that was asked for, the other follows the input's aspect ratio; only a side below its
    /// minimum makes the larger one grow. So the larger side is exact unless the smaller one sits at its minimum.
    /// </summary>
    private static RenditionVerdict.Refused? CheckSize(RenditionCount count, VideoProfile profile)
    {
        var (minWidth, minHeight, maxSide) = profile.Codec == VideoCodec.Hevc ? s_hevcSizes : s_sizes;
        var asked = Math.Max(Math.Clamp(profile.Width, minWidth, maxSide), Math.Clamp(profile.Height, minHeight, maxSide)) & ~1;
        var (larger, smaller) = (Math.Max(count.Width, count.Height), Math.Min(count.Width, count.Height));
        var isAtMinimum = smaller == minHeight || smaller == minWidth;
        if (larger != asked && !(isAtMinimum && larger > asked && larger <= maxSide))
        {
            return Refuse($"it is {count.Width}x{count.Height}, but its larger side must be {asked} for the {profile.Width}x{profile.Height} asked for");
        }

        return count.Pixels == count.Frames * count.Width * count.Height ? null : Refuse("its size changes");
    }

    /// <summary>
    /// Frames against the time they take, when a frame rate was asked for, and size against the bitrate. A small rendition proves nothing: a
    /// picture that stands still costs next to nothing. The gateway's own word for the duration is no measure: many send a default.
    /// </summary>
    private static RenditionVerdict.Refused? CheckRates(RenditionCount count, VideoProfile profile)
    {
        var seconds = count.Span.TotalSeconds;
        if (profile.FrameRateNumerator > 0)
        {
            var rate = profile.FrameRateNumerator / (double)Math.Max(profile.FrameRateDenominator, 1);
            var expected = (seconds * rate) + 1;
            if (Math.Abs(count.Frames - expected) > MaxFramesOff)
            {
                return Refuse($"it has {count.Frames} frames, but {rate:0.###} a second over its {seconds:0.###} s are {expected:0}");
            }
        }

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
