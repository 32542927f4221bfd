using Pool.Shared.Contracts;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>Whether what a job asks for can be made at all; what cannot is refused with the network's words (protocol §4.11).</summary>
internal static class ProfileCheck
{
    /// <exception cref="InputFaultException">Something asked for cannot be made.</exception>
    internal static void Check(IReadOnlyList<VideoProfile> profiles, Clip? clip)
    {
        if (profiles.Count == 0)
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }

        if (profiles.Count > TranscodeLimits.MaxRenditions)
        {
            throw new InputFaultException(InputFault.TooManyOutputs);
        }

        if (clip is { ToMilliseconds: > 0 } && clip.ToMilliseconds < clip.FromMilliseconds)
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }

        foreach (var profile in profiles)
        {
            Check(profile);
        }
    }

    private static void Check(VideoProfile profile)
    {
        _ = OutputFormat.Of(profile);
        if (profile.Width <= 0 || profile.Height <= 0)
        {
            throw new InputFaultException(InputFault.InvalidResolution);
        }

        if (profile.GopMilliseconds < VideoProfile.IntraOnlyGop)
        {
            throw new InputFaultException(InputFault.InvalidGop);
        }

        // The profiles are H.264's, and nobody else's encoder knows them.
        if (!Enum.IsDefined(profile.EncoderProfile) || (profile.EncoderProfile != EncoderProfile.Default && profile.Codec != VideoCodec.H264))
        {
            throw new InputFaultException(InputFault.UnrecognizedProfile);
        }

        if (profile.BitrateBps < 0 || profile.Quality > TranscodeLimits.MaxQuality || !IsFrameRate(profile))
        {
            throw new InputFaultException(InputFault.InvalidArgument);
        }
    }

    /// <summary>A denominator of 0 means 1 (protocol §2.4); FFmpeg's rationals are of 32 bits with a sign.</summary>
    private static bool IsFrameRate(VideoProfile profile) =>
        profile is { FrameRateNumerator: <= int.MaxValue, FrameRateDenominator: <= int.MaxValue } &&
        profile.FrameRateNumerator <= (ulong)TranscodeLimits.MaxFramesPerSecond * Math.Max(1, profile.FrameRateDenominator);
}
