using System.Reflection;
using System.Runtime.InteropServices;

namespace Pool.Worker.FFmpeg;

/// <summary>FFmpeg's libraries as this process uses them: loaded once, by exact name, and only in a version whose structs are known.</summary>
internal sealed class FFmpegLibraries
{
    private static readonly Lock s_loading = new();
    private static FFmpegLibraries? s_loaded;

    private FFmpegLibraries(FFmpegRelease release, IReadOnlyDictionary<string, string> versions)
    {
        AvUtil = release.AvUtil;
        AvCodec = release.AvCodec;
        AvFormat = release.AvFormat;
        AvFilter = release.AvFilter;
        Versions = versions;
    }

    /// <summary>The loaded libraries.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Load"/> has not been called.</exception>
    internal static FFmpegLibraries Loaded => s_loaded ?? throw new InvalidOperationException("FFmpeg's libraries are not loaded.");

    internal AvUtilLayout AvUtil { get; }

    internal AvCodecLayout AvCodec { get; }

    internal AvFormatLayout AvFormat { get; }

    internal AvFilterLayout AvFilter { get; }

    /// <summary>Version of each library, e.g. <c>59.37.100</c>.</summary>
    internal IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>Loads the libraries of this machine; calling it again changes nothing.</summary>
    /// <exception cref="FFmpegVersionException">They are missing, or of a version that is not known here.</exception>
    internal static FFmpegLibraries Load()
    {
        lock (s_loading)
        {
            return s_loaded ??= LoadOnce();
        }
    }

    private static FFmpegLibraries LoadOnce()
    {
        var release = FFmpegRelease.Choose(InstalledLibraries.VersionOf);
        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(),
            (name, _, _) => release.Sonames.TryGetValue(name, out var soname) ? NativeLibrary.Load(soname) : 0);
        ffmpeg.av_log_set_level(ffmpeg.AV_LOG_ERROR);
        var versions = release.Sonames.Keys.ToDictionary(
            name => name, name => FFmpegRelease.Describe(InstalledLibraries.VersionOf(name, release.Majors[name]) ?? 0), StringComparer.Ordinal);
        return new FFmpegLibraries(release, versions);
    }

    /// <summary>Asks the machine's libraries for their versions.</summary>
    private static class InstalledLibraries
    {
        /// <summary>What a library of that name and major says of itself; null when there is none.</summary>
        internal static unsafe uint? VersionOf(string name, int major)
        {
            if (!NativeLibrary.TryLoad(FFmpegRelease.Soname(name, major), out var library) ||
                !NativeLibrary.TryGetExport(library, name + "_version", out var function))
            {
                return null;
            }

            return ((delegate* unmanaged[Cdecl]<uint>)function)();
        }
    }
}
