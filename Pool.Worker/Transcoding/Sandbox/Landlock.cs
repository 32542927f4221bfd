using System.Buffers.Binary;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>
/// Landlock: the calling thread, and all that comes of it, reaches only the named files and no TCP port. It binds a thread, not a
/// process, so it is applied before the program starts once more (<see cref="Confinement"/>).
/// </summary>
internal static unsafe class Landlock
{
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong FirstRights = (1 << 13) - 1;
    private const ulong Refer = 1 << 13;
    private const ulong Truncate = 1 << 14;
    private const ulong DeviceControl = 1 << 15;

    /// <summary>To bind and to connect.</summary>
    private const ulong TcpRights = 3;

    /// <summary>Abstract sockets and signals of others.</summary>
    private const ulong Scopes = 3;

    private const int AttributeBytes = 24;
    private const int RuleBytes = 12;
    private const nint PathBeneath = 1;
    private const nint AskVersion = 1;

    /// <summary>What the kernel offers; 0 when it has no Landlock.</summary>
    public static int Version => (int)Math.Max(0, Linux.Call(Syscall.CreateRuleset.Here, 0, 0, AskVersion));

    /// <summary>Applies it to the calling thread, for good. Needs "no new privileges".</summary>
    /// <param name="readable">Files and folders that stay readable; those that do not exist are left out.</param>
    /// <param name="devices">Files and folders that stay readable, writable and controllable.</param>
    /// <returns>Null, or what is missing.</returns>
    public static string? Apply(IEnumerable<string> readable, IEnumerable<string> devices)
    {
        var version = Version;
        if (version == 0)
        {
            return "landlock (this kernel has none: files can be read)";
        }

        var rights = RightsOf(version);
        var ruleset = Create(version, rights);
        if (ruleset < 0)
        {
            return $"landlock (error {Linux.Error})";
        }

        foreach (var path in readable)
        {
            Add(ruleset, path, (Execute | ReadFile | ReadFolder) & rights);
        }

        foreach (var path in devices)
        {
            Add(ruleset, path, (ReadFile | ReadFolder | WriteFile | DeviceControl) & rights);
        }

        var applied = Linux.Call(Syscall.RestrictSelf.Here, ruleset) == 0;
        var error = Linux.Error;
        Linux.Close(ruleset);
        return applied ? null : $"landlock (error {error})";
    }

    private static ulong RightsOf(int version) =>
        FirstRights | (version >= 2 ? Refer : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceControl : 0);

    private static int Create(int version, ulong rights)
    {
        var attributes = stackalloc ulong[AttributeBytes / sizeof(ulong)] { rights, version >= 4 ? TcpRights : 0, version >= 6 ? Scopes : 0 };
        var length = version switch { >= 6 => AttributeBytes, >= 4 => 2 * sizeof(ulong), _ => sizeof(ulong) };
        return (int)Linux.Call(Syscall.CreateRuleset.Here, (nint)attributes, length, 0);
    }

    /// <summary>A rule that cannot be added takes rights away, it gives none.</summary>
    private static void Add(int ruleset, string path, ulong rights)
    {
        var file = Linux.Open(path, Linux.OpenPath | Linux.OpenCloseOnExec);
        if (file < 0)
        {
            return;
        }

        // A packed struct: eight bytes of rights, four of descriptor.
        var rule = stackalloc byte[RuleBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(rule, RuleBytes), Directory.Exists(path) ? rights : rights & ~ReadFolder);
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(rule, RuleBytes)[sizeof(ulong)..], file);
        _ = Linux.Call(Syscall.AddRule.Here, ruleset, PathBeneath, (nint)rule);
        Linux.Close(file);
    }
}
