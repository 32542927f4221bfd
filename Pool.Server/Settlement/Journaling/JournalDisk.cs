using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pool.Server.Settlement.Journaling;

/// <summary>What the journal asks of the disk. Everything throws <see cref="IOException"/> when the disk does not do it.</summary>
internal interface IJournalDisk
{
    /// <summary>Makes a file that begins with <paramref name="header"/>; when this returns, a power cut leaves the file and its name.</summary>
    IJournalFile Create(string path, ReadOnlySpan<byte> header);
}

/// <summary>A journal file that is written.</summary>
internal interface IJournalFile : IDisposable
{
    /// <summary>Writes at the given place; a power cut may lose it until <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long at);

    /// <summary>Returns when a power cut loses nothing of what was written.</summary>
    void Sync();

    /// <summary>Cuts the file off.</summary>
    void Truncate(long length);
}

/// <summary>The real disk.</summary>
internal sealed class JournalDisk : IJournalDisk
{
    private const int OpenFolder = 0x80000;   // O_RDONLY | O_CLOEXEC

    public IJournalFile Create(string path, ReadOnlySpan<byte> header)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            RandomAccess.Write(handle, header, 0);
            RandomAccess.FlushToDisk(handle);
            SyncFolder(Path.GetDirectoryName(path)!);   // a file's path has a folder
            return new OpenFile(handle);
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Makes the names in a folder durable: a file without its name is lost.</summary>
    public static void SyncFolder(string folder)
    {
        var descriptor = open([.. Encoding.UTF8.GetBytes(folder), 0], OpenFolder);
        if (descriptor < 0)
        {
            throw Failure($"The folder {folder} cannot be opened");
        }

        try
        {
            if (fsync(descriptor) < 0)
            {
                throw Failure($"The folder {folder} cannot be synced");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string what) => new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);

    private sealed class OpenFile(SafeFileHandle handle) : IJournalFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long at) => RandomAccess.Write(handle, bytes, at);

        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Dispose() => handle.Dispose();
    }
}
