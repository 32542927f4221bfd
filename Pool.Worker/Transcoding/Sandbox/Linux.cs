using System.Runtime.InteropServices;
using System.Text;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>The few calls into the kernel that a sandbox needs. Nothing else of the worker calls it this way.</summary>
internal static unsafe class Linux
{
    public const int NoSuchFile = 2;
    public const int NotPermitted = 1;
    public const int AccessDenied = 13;
    public const int NoSuchCall = 38;

    public const int OpenReadOnly = 0;
    public const int OpenWriteOnly = 1;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenTruncate = 0x200;
    public const int OpenPath = 0x200000;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>A new file in a folder, without a name; the flag for folders in it differs between architectures.</summary>
    public static int OpenNameless => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x404000 : 0x410000;

    /// <summary>Error number of the last call that failed.</summary>
    public static int Error => Marshal.GetLastPInvokeError();

    /// <summary>Calls the kernel by number.</summary>
    /// <returns>Negative when it failed; <see cref="Error"/> says why.</returns>
    public static nint Call(int number, nint first = 0, nint second = 0, nint third = 0, nint fourth = 0, nint fifth = 0) =>
        syscall(number, first, second, third, fourth, fifth);

    /// <summary>Changes a property of the calling thread or its process.</summary>
    public static bool Control(int option, nint value) => prctl(option, value, 0, 0, 0) == 0;

    /// <returns>A descriptor, or a negative number.</returns>
    public static int Open(string path, int flags)
    {
        fixed (byte* text = Text(path))
        {
            return open(text, flags, 0);
        }
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>Sets the soft and the hard limit of a resource; a hard limit that is lower already stays.</summary>
    public static bool Limit(int resource, ulong value)
    {
        ulong* limits = stackalloc ulong[2];
        if (getrlimit(resource, limits) != 0)
        {
            return false;
        }

        limits[0] = limits[1] = Math.Min(value, limits[1]);
        return setrlimit(resource, limits) == 0;
    }

    public static int Parent() => getppid();

    /// <summary>Puts another program in the place of this one. Returns only when that failed.</summary>
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        fixed (byte* program = Text(path))
        {
            _ = execve(program, Array(arguments), Array(environment));
        }
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>An array of C strings. It is never freed: the program that needs it is about to be replaced.</summary>
    private static byte** Array(IReadOnlyList<string> texts)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var index = 0; index < texts.Count; index++)
        {
            array[index] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[index]);
        }

        return array;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte* path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getrlimit(int resource, ulong* limits);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setrlimit(int resource, ulong* limits);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getppid();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execve(byte* path, byte** arguments, byte** environment);
}
