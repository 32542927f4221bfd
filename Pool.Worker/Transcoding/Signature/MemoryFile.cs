using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pool.Worker.Transcoding.Signature;

/// <summary>A file that has a path but lies in memory: for code that writes to nothing but a path. It goes when it is closed.</summary>
internal sealed partial class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1;

    private readonly SafeFileHandle _handle;

    /// <param name="name">Shown by the system among the process's open files.</param>
    /// <exception cref="IOException">The system has no descriptor or memory left.</exception>
    internal MemoryFile(string name)
    {
        var descriptor = memfd_create(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Path = $"/proc/self/fd/{descriptor}";
    }

    /// <summary>Where this process can open it; digits and slashes only.</summary>
    internal string Path { get; }

    /// <summary>All that has been written.</summary>
    /// <exception cref="IOException">It is longer than <paramref name="maxBytes"/>.</exception>
    internal byte[] Read(int maxBytes)
    {
        var length = RandomAccess.GetLength(_handle);
        if (length > maxBytes)
        {
            throw new IOException($"{length} bytes in memory are more than {maxBytes}");
        }

        var bytes = new byte[length];
        for (var got = 0; got < bytes.Length;)
        {
            var part = RandomAccess.Read(_handle, bytes.AsSpan(got), got);
            got = part > 0 ? got + part : throw new IOException("a file in memory is shorter than it says");
        }

        return bytes;
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
