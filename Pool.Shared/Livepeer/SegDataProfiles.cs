using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Collections;
using Pool.Shared.Media;

namespace Pool.Shared.Livepeer;

/// <summary>The three lists of profiles in a segment's credentials, of which one counts (protocol §2.4, SegData).</summary>
public static class SegDataProfiles
{
    /// <summary>
    /// Reads the profiles of a job: those of the first list that is not empty of fullProfiles3, fullProfiles2 and fullProfiles. The
    /// others are ignored, whatever they hold.
    /// </summary>
    public static SegDataProfilesReading Read(Wire.SegData segData)
    {
        ArgumentNullException.ThrowIfNull(segData);
        var winner = Winner(segData);
        foreach (var profile in winner)
        {
            if (ProfileWire.FaultOf(profile) is { } fault)
            {
                return SegDataProfilesReading.Refused(fault);
            }
        }

        return SegDataProfilesReading.Of([.. winner.Select(ProfileWire.FromWire)]);
    }

    /// <summary>Writes the profiles of a job into the list gateways use for such profiles, and empties the other two.</summary>
    public static void Write(Wire.SegData segData, IReadOnlyList<VideoProfile> profiles)
    {
        ArgumentNullException.ThrowIfNull(segData);
        ArgumentNullException.ThrowIfNull(profiles);
        segData.FullProfiles.Clear();
        segData.FullProfiles2.Clear();
        segData.FullProfiles3.Clear();
        Choose(segData, profiles).AddRange(profiles.Select(ProfileWire.ToWire));
    }

    private static RepeatedField<Wire.VideoProfile> Winner(Wire.SegData segData)
    {
        if (segData.FullProfiles3.Count > 0)
        {
            return segData.FullProfiles3;
        }

        return segData.FullProfiles2.Count > 0 ? segData.FullProfiles2 : segData.FullProfiles;
    }

    private static RepeatedField<Wire.VideoProfile> Choose(Wire.SegData segData, IReadOnlyList<VideoProfile> profiles)
    {
        if (!profiles.All(IsSimple))
        {
            return segData.FullProfiles3;
        }

        return profiles.Any(profile => profile.Container == Container.Mp4) ? segData.FullProfiles2 : segData.FullProfiles;
    }

    /// <summary>
    /// What the oldest readers of the network understand: neither a denominator nor an H.264 profile nor a group of pictures.
    /// </summary>
    private static bool IsSimple(VideoProfile profile) =>
        profile is { FrameRateDenominator: 0, EncoderProfile: EncoderProfile.Default, GopMilliseconds: 0 };
}

/// <summary>The profiles of a job, or why they cannot be read.</summary>
public sealed class SegDataProfilesReading
{
    private SegDataProfilesReading(IReadOnlyList<VideoProfile>? profiles, string? fault) => (Profiles, Fault) = (profiles, fault);

    /// <summary>Whether the profiles could be read.</summary>
    [MemberNotNullWhen(true, nameof(Profiles))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsRead => Fault is null;

    /// <summary>The profiles in the order of the job; there may be none.</summary>
    public IReadOnlyList<VideoProfile>? Profiles { get; }

    /// <summary>The network's words for what is wrong: the body of a 403 (protocol §4.2, step 4).</summary>
    public string? Fault { get; }

    internal static SegDataProfilesReading Of(IReadOnlyList<VideoProfile> profiles) => new(profiles, null);

    internal static SegDataProfilesReading Refused(string fault) => new(null, fault);
}
