using Pool.Gateway.Cli;

namespace Pool.Gateway.Output;

/// <summary>The folder a run writes to. A marker file says that it was made by a run, and may be replaced by the next.</summary>
public sealed class OutputFolder
{
    /// <summary>Name of the marker.</summary>
    public const string Marker = ".pool-gateway";

    private const string MarkerText = "Made by pool-gateway; the next run with the same --out replaces everything in this folder.\n";
    private const string SourceName = "source";

    private OutputFolder(string path) => Path = path;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Where the segments of the source lie.</summary>
    public string Source => System.IO.Path.Combine(Path, SourceName);

    /// <summary>Makes the folder, or empties it when an earlier run made it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="videos">Files of the source, which must not lie in the folder that is emptied.</param>
    /// <exception cref="UserFaultException">The folder holds something that no run made.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static OutputFolder Prepare(string path, params IEnumerable<string> videos)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full))
        {
            throw new UserFaultException($"--out {full} is a file; a folder is needed.");
        }

        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
        {
            Empty(full, videos.Select(System.IO.Path.GetFullPath));
        }

        Directory.CreateDirectory(full);
        File.WriteAllText(System.IO.Path.Combine(full, Marker), MarkerText);
        var folder = new OutputFolder(full);
        Directory.CreateDirectory(folder.Source);
        return folder;
    }

    /// <summary>Removes the segments of the source.</summary>
    public void RemoveSource() => Directory.Delete(Source, recursive: true);

    private static void Empty(string full, IEnumerable<string> videos)
    {
        if (!File.Exists(System.IO.Path.Combine(full, Marker)))
        {
            throw new UserFaultException($"--out {full} is not empty and was not made by an earlier run; nothing in it is touched.");
        }

        if (videos.FirstOrDefault(video => video.StartsWith(full + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)) is { } video)
        {
            throw new UserFaultException($"{video} lies in --out {full}, which is emptied first; choose another folder.");
        }

        // The marker goes last: a run that is cut off here leaves a folder that the next one may still replace.
        foreach (var entry in new DirectoryInfo(full).EnumerateFileSystemInfos().OrderBy(entry => entry.Name == Marker))
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }
}
