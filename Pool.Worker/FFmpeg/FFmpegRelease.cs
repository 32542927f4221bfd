namespace Pool.Worker.FFmpeg;

/// <summary>The machine's FFmpeg cannot be used. The message is one line that says what was found, what is supported and what to install.</summary>
internal sealed class FFmpegVersionException(string message) : Exception(message);

/// <summary>A series of FFmpeg whose structs are known: the majors of its libraries and the layouts that go with them.</summary>
internal sealed record FFmpegRelease
{
    /// <summary>Majors in which a library is looked for when no supported one is there, so that the message can name what was found.</summary>
    private const int LowestMajor = 1;
    private const int HighestMajor = 99;

    private FFmpegRelease(string name, IReadOnlyDictionary<string, int> majors)
    {
        Name = name;
        Majors = majors;
        Sonames = majors.ToDictionary(m => m.Key, m => Soname(m.Key, m.Value), StringComparer.Ordinal);
    }

    /// <summary>Every series that is supported, the preferred one first.</summary>
    internal static IReadOnlyList<FFmpegRelease> Supported { get; } =
    [
        new("FFmpeg 5.1", new Dictionary<string, int>(StringComparer.Ordinal)
        {
            // In the order in which they need each other.
            [ffmpeg.avutil] = 57,
            [ffmpeg.avcodec] = 59,
            [ffmpeg.avformat] = 59,
            [ffmpeg.avfilter] = 8,
        })
        {
            AvUtil = AvCodec59Layout.AvUtil57,
            AvCodec = AvCodec59Layout.AvCodec59,
            AvFormat = AvCodec59Layout.AvFormat59,
            AvFilter = AvCodec59Layout.AvFilter8,
        },
    ];

    internal string Name { get; }

    /// <summary>Major version by library.</summary>
    internal IReadOnlyDictionary<string, int> Majors { get; }

    /// <summary>File name by library, exact to the major, e.g. <c>libavcodec.so.59</c>.</summary>
    internal IReadOnlyDictionary<string, string> Sonames { get; }

    internal required AvUtilLayout AvUtil { get; init; }

    internal required AvCodecLayout AvCodec { get; init; }

    internal required AvFormatLayout AvFormat { get; init; }

    internal required AvFilterLayout AvFilter { get; init; }

    internal static string Soname(string library, int major) => $"lib{library}.so.{major}";

    /// <summary>A version number of FFmpeg's (major, minor and micro in one) as text.</summary>
    internal static string Describe(uint version) => $"{version >> 16}.{(version >> 8) & 0xff}.{version & 0xff}";

    /// <summary>Chooses the series whose libraries are all there and say that they are what their names say.</summary>
    /// <param name="versionOf">Gives the version number of the library of a name and major, null when there is none.</param>
    /// <exception cref="FFmpegVersionException">There is none.</exception>
    internal static FFmpegRelease Choose(Func<string, int, uint?> versionOf)
    {
        foreach (var release in Supported)
        {
            if (release.Majors.All(m => versionOf(m.Key, m.Value) >> 16 == (uint)m.Value))
            {
                return release;
            }
        }

        throw new FFmpegVersionException(Explain(versionOf));
    }

    private static string Explain(Func<string, int, uint?> versionOf)
    {
        var wanted = Supported[0];
        var others = new List<string>();
        var missing = new List<string>();
        foreach (var (name, major) in wanted.Majors)
        {
            if (versionOf(name, major) is { } version)
            {
                if (version >> 16 != (uint)major)
                {
                    others.Add($"lib{name} {version >> 16}");
                }

                continue;
            }

            var found = Enumerable.Range(LowestMajor, HighestMajor).Where(other => versionOf(name, other) is not null).ToList();
            if (found.Count == 0)
            {
                missing.Add($"lib{name}");
            }

            others.AddRange(found.Select(other => $"lib{name} {other}"));
        }

        var said = new List<string>();
        if (others.Count > 0)
        {
            said.Add($"FFmpeg libraries of another major version found ({string.Join(", ", others)})");
        }

        if (missing.Count > 0)
        {
            said.Add($"FFmpeg libraries not found ({string.Join(", ", missing)})");
        }

        return $"{string.Join("; ", said)}; supported: {string.Join(" or ", Supported.Select(Summary))}. {Advice(wanted)}";
    }

    private static string Summary(FFmpegRelease release) =>
        $"{string.Join(", ", release.Majors.Reverse().Select(m => $"lib{m.Key} {m.Value}"))} ({release.Name})";

    private static string Advice(FFmpegRelease release) =>
        $"Debian 12: apt-get install {string.Join(' ', release.Majors.Reverse().Select(m => $"lib{m.Key}{m.Value}"))}";
}
