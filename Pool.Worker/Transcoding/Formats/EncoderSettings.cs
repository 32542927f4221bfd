using System.Globalization;
using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Formats;

/// <summary>A profile as options of its encoder (protocol §7.6).</summary>
internal static class EncoderSettings
{
    private const string Preset = "medium";
    private const int DefaultBFrames = 3;
    private const double MillisecondsPerSecond = 1000;

    /// <summary>Highest CRF of libx264 and libx265; the network's goes to 63 because VP9's does.</summary>
    private const uint MaxCrf = 51;

    /// <summary>libvpx's balance of speed and quality, about where <c>medium</c> is on the others.</summary>
    private const string Vp9Speed = "4";

    /// <summary>FFmpeg's options for the encoder, in the order in which they are to be set.</summary>
    /// <param name="profile">What is asked for.</param>
    /// <param name="width">Width of the frames that will come.</param>
    /// <param name="threads">Threads of the encoder.</param>
    internal static IEnumerable<(string Option, string Value)> For(VideoProfile profile, int width, int threads)
    {
        yield return ("threads", Text(threads));
        if (OutputFormat.Of(profile).HasGlobalHeader)
        {
            yield return ("flags", "+global_header");
        }

        foreach (var setting in OfCodec(profile, width, threads).Concat(OfRate(profile)).Concat(OfGop(profile)))
        {
            yield return setting;
        }
    }

    private static IEnumerable<(string Option, string Value)> OfCodec(VideoProfile profile, int width, int threads) => profile.Codec switch
    {
        VideoCodec.H264 =>
        [
            ("preset", Preset), ("forced-idr", "1"), ("bf", Text(BFrames(profile.EncoderProfile))), .. H264Profile(profile.EncoderProfile),
            .. Instructions(width),
        ],

        // A group that refers back over its key frame cannot be started at; libx264's default is closed, libx265's is not.
        VideoCodec.Hevc =>
        [
            ("preset", Preset), ("forced-idr", "1"), ("bf", Text(DefaultBFrames)), ("x265-params", $"log-level=none:open-gop=0:pools={threads}"),
        ],
        VideoCodec.Vp9 => [("deadline", "good"), ("cpu-used", Vp9Speed), ("row-mt", "1")],
        _ => throw new InputFaultException(InputFault.EncoderNotFound),
    };

    private static IEnumerable<(string Option, string Value)> Instructions(int width) =>
        X264Instructions.For(width, X264Instructions.HasAvx512) is { } names ? [("x264-params", $"asm={names}")] : [];

    private static int BFrames(EncoderProfile profile) =>
        profile is EncoderProfile.H264Baseline or EncoderProfile.H264ConstrainedHigh ? 0 : DefaultBFrames;

    private static IEnumerable<(string Option, string Value)> H264Profile(EncoderProfile profile) => profile switch
    {
        EncoderProfile.Default => [],
        EncoderProfile.H264Baseline => [("profile", "baseline")],
        EncoderProfile.H264Main => [("profile", "main")],
        EncoderProfile.H264High or EncoderProfile.H264ConstrainedHigh => [("profile", "high")],
        _ => throw new InputFaultException(InputFault.UnrecognizedProfile),
    };

    /// <summary>The bitrate is minimum, average and maximum at once; with a quality it is only the cap.</summary>
    private static IEnumerable<(string Option, string Value)> OfRate(VideoProfile profile)
    {
        var bitrate = Text(profile.BitrateBps);
        if (profile.Quality > 0)
        {
            yield return ("crf", Text(profile.Codec == VideoCodec.Vp9 ? profile.Quality : Math.Min(profile.Quality, MaxCrf)));

            // libvpx has no other cap than its target: 0 is none.
            if (profile.Codec == VideoCodec.Vp9)
            {
                yield return ("b", bitrate);
                yield break;
            }
        }
        else if (profile.BitrateBps > 0)
        {
            yield return ("b", bitrate);
            yield return ("minrate", bitrate);
        }

        if (profile.BitrateBps > 0)
        {
            yield return ("maxrate", bitrate);
            yield return ("bufsize", bitrate);
        }
    }

    /// <summary>With a frame rate the group is a number of frames, by its numerator only; without one it is kept by time (<see cref="VideoEncoder"/>).</summary>
    private static IEnumerable<(string Option, string Value)> OfGop(VideoProfile profile)
    {
        if (profile.GopMilliseconds == VideoProfile.IntraOnlyGop)
        {
            yield return ("g", "0");
        }
        else if (profile is { GopMilliseconds: > 0, FrameRateNumerator: > 0 })
        {
            yield return ("g", Text((int)Math.Min(int.MaxValue, profile.GopMilliseconds / MillisecondsPerSecond * profile.FrameRateNumerator)));
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
