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

    /// <summary>Sizes an H.264 encoder of the network takes (protocol §7.6, clamping).</summary>
    private const int MinWidth = 146;
    private const int MinHeight = 50;
    private const int MaxSide = 4096;

    private static readonly RenditionVerdict s_accepted = new RenditionVerdict.Accepted();

    public static RenditionVerdict Check(RenditionCount count, VideoProfile profile)
    {
        if (count.Fault is { } fault)
        {
            return Refuse(fault);
        }

        if (profile.Codec != VideoCodec.H264)
        {
            return Refuse("only H.264 can be counted");
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

        return CheckSize(count, profile);
    }

    /// <summary>
    /// The larger side becomes the larger side that was asked for, the other follows the input's aspect ratio; only a side below its
    /// minimum makes the larger one grow. So the larger side is exact unless the smaller one sits at its minimum.
    /// </summary>
    private static RenditionVerdict CheckSize(RenditionCount count, VideoProfile profile)
    {
        var asked = Math.Max(Math.Clamp(profile.Width, MinWidth, MaxSide), Math.Clamp(profile.Height, MinHeight, MaxSide)) & ~1;
        var (larger, smaller) = (Math.Max(count.Width, count.Height), Math.Min(count.Width, count.Height));
        var isAtMinimum = smaller is MinHeight or MinWidth;
        if (larger != asked && !(isAtMinimum && larger > asked && larger <= MaxSide))
        {
            return Refuse($"it is {count.Width}x{count.Height}, but its larger side must be {asked} for the {profile.Width}x{profile.Height} asked for");
        }

        return count.Pixels == count.Frames * count.Width * count.Height ? s_accepted : Refuse("its size changes");
    }

    private static RenditionVerdict.Refused Refuse(string reason) => new(reason);
}
