namespace Pool.Worker.Connection;

/// <summary>Files and folders that only their owner may enter. On Windows the user's profile folder has such rights by itself.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder if it is missing.</summary>
    /// <returns>Its absolute path.</returns>
    public static string Folder(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path).FullName
        : Directory.CreateDirectory(Path.GetFullPath(path), ReadWrite | UnixFileMode.UserExecute).FullName;

    /// <summary>Opens or makes a file for writing that nobody else has open meanwhile.</summary>
    public static FileStream File(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ReadWrite;
        }

        return new FileStream(path, options);
    }
}
