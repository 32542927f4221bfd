using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pool.Shared.Livepeer;
using Pool.Shared.Media;
using Pool.Worker.Connection;

namespace Pool.Worker.Cli;

/// <param name="Input">The video.</param>
/// <param name="Profiles">Renditions to make.</param>
/// <param name="Output">Folder that receives them.</param>
/// <param name="SegmentLength">Shortest length of a segment; zero keeps the video whole.</param>
/// <param name="Streams">How many streams of the same video are transcoded at once.</param>
/// <param name="Device">The device that transcodes.</param>
/// <param name="Json">Print the report as JSON and nothing else.</param>
internal sealed record TranscodeSettings(
    string Input, IReadOnlyList<VideoProfile> Profiles, string Output, TimeSpan SegmentLength, int Streams, string Device, bool Json);

/// <summary>The options of <c>pool-worker transcode</c>. A wrong one is refused here, before anything is started.</summary>
internal sealed class TranscodeOptions
{
    /// <summary>Longest segment that can be asked for: the network's longest (protocol §1.4).</summary>
    private const double MaxSegmentSeconds = 300;

    private const double DefaultSegmentSeconds = 2;

    /// <summary>Streams at once; a pool gives a worker no more either.</summary>
    private const int MaxStreams = RunOptions.MaxSessions;

    private readonly Argument<string> _input = new("IN") { Description = "The video: MPEG-TS, MP4, MOV, Matroska, WebM or FLV.", CustomParser = ReadInput };

    private readonly Option<IReadOnlyList<VideoProfile>> _profiles = new("--profiles")
    {
        Description = $"Renditions to make: presets with commas between them, or a JSON file in the network's format. Default: {ProfilePresets.DefaultList}.",
        HelpName = "P",
        DefaultValueFactory = _ => ProfileChoice.TryRead(ProfilePresets.DefaultList, out var presets, out var _) ? presets : [],
        CustomParser = ReadProfiles,
    };

    private readonly Option<string> _output = new("--out") { Description = "Folder that receives the renditions.", HelpName = "DIR", Required = true };

    private readonly Option<double> _segment = new("--segment")
    {
        Description = "Cut the video into segments of at least so many seconds, at key frames; 0 takes it whole. Default: 2, as on the network.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => DefaultSegmentSeconds,
        CustomParser = ReadSegment,
    };

    private readonly Option<int> _streams = new("--streams")
    {
        Description = "Transcode the video so many times at once, as so many sessions, to see what this machine can do. Default: 1.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = ReadStreams,
    };

    private readonly Option<string> _device = RunOptions.Device();

    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_input);
        foreach (var option in (Option[])[_profiles, _output, _segment, _streams, _device, _json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The settings of a command line that was parsed without errors.</summary>
    public TranscodeSettings Read(ParseResult parsed) => new(
        Path.GetFullPath(parsed.GetRequiredValue(_input)),
        parsed.GetRequiredValue(_profiles),
        Path.GetFullPath(parsed.GetRequiredValue(_output)),
        TimeSpan.FromSeconds(parsed.GetRequiredValue(_segment)),
        parsed.GetRequiredValue(_streams),
        parsed.GetRequiredValue(_device),
        parsed.GetValue(_json));

    private static string? ReadInput(ArgumentResult argument)
    {
        var path = Text(argument);
        if (!File.Exists(path))
        {
            argument.AddError(Directory.Exists(path)
                ? $"{Sentence.Printable(path)} is a folder; name a video file"
                : $"there is no file {Sentence.Printable(path)}");
        }

        return path;
    }

    private static IReadOnlyList<VideoProfile>? ReadProfiles(ArgumentResult argument)
    {
        if (!ProfileChoice.TryRead(Text(argument), out var profiles, out var error))
        {
            argument.AddError($"--profiles: {Sentence.Printable(error)}");
        }

        return profiles;
    }

    private static double ReadSegment(ArgumentResult argument)
    {
        if (!double.TryParse(Text(argument), CultureInfo.InvariantCulture, out var seconds) || seconds is not (>= 0 and <= MaxSegmentSeconds))
        {
            argument.AddError($"--segment: '{Sentence.Printable(Text(argument))}' is not a number of seconds from 0 to {MaxSegmentSeconds}");
        }

        return seconds;
    }

    private static int ReadStreams(ArgumentResult argument)
    {
        if (!int.TryParse(Text(argument), CultureInfo.InvariantCulture, out var streams) || streams is < 1 or > MaxStreams)
        {
            argument.AddError($"--streams: '{Sentence.Printable(Text(argument))}' is not a number from 1 to {MaxStreams}");
        }

        return streams;
    }

    private static string Text(ArgumentResult argument) => argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";
}
