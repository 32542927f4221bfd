using System.Runtime.InteropServices;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>A call of the kernel and its numbers.</summary>
/// <param name="Name">As the kernel names it.</param>
/// <param name="X64">Its number on x86-64, or <see cref="None"/>.</param>
/// <param name="Arm64">Its number on 64-bit ARM, or <see cref="None"/>.</param>
internal readonly record struct Syscall(string Name, int X64, int Arm64)
{
    /// <summary>An architecture does not have this call.</summary>
    public const int None = -1;

    public static readonly Syscall Open = new("open", 2, None);
    public static readonly Syscall OpenAt = new("openat", 257, 56);
    public static readonly Syscall CloneTask = new("clone", 56, 220);
    public static readonly Syscall Kill = new("kill", 62, 129);
    public static readonly Syscall ThreadGroupKill = new("tgkill", 234, 131);
    public static readonly Syscall ProcessLimit = new("prlimit64", 302, 261);
    public static readonly Syscall Socket = new("socket", 41, 198);
    public static readonly Syscall Execute = new("execve", 59, 221);
    public static readonly Syscall Trace = new("ptrace", 101, 117);
    public static readonly Syscall SetCapabilities = new("capset", 126, 91);
    public static readonly Syscall Seccomp = new("seccomp", 317, 277);

    // Newer calls have one number everywhere.
    public static readonly Syscall CloseRange = new("close_range", 436, 436);
    public static readonly Syscall CreateRuleset = new("landlock_create_ruleset", 444, 444);
    public static readonly Syscall AddRule = new("landlock_add_rule", 445, 445);
    public static readonly Syscall RestrictSelf = new("landlock_restrict_self", 446, 446);

    /// <summary>Answered "no such call", because the libraries then use an older one whose arguments a filter can read.</summary>
    public static IReadOnlyList<Syscall> Unreadable { get; } = [new("clone3", 435, 435), new("openat2", 437, 437)];

    /// <summary>Refused whatever their arguments: a codec needs none of them.</summary>
    public static IReadOnlyList<Syscall> Refused { get; } =
    [
        // Network.
        Socket, new("socketpair", 53, 199), new("connect", 42, 203), new("bind", 49, 200), new("listen", 50, 201), new("accept", 43, 202),
        new("accept4", 288, 242), new("sendto", 44, 206), new("sendmsg", 46, 211), new("sendmmsg", 307, 269),

        // Other programs and processes.
        Execute, new("execveat", 322, 281), new("fork", 57, None), new("vfork", 58, None), Trace, new("process_vm_readv", 310, 270),
        new("process_vm_writev", 311, 271), new("process_madvise", 440, 440), new("kcmp", 312, 272), new("tkill", 200, 130),
        new("rt_sigqueueinfo", 129, 138), new("rt_tgsigqueueinfo", 297, 240), new("pidfd_open", 434, 434), new("pidfd_send_signal", 424, 424),
        new("pidfd_getfd", 438, 438),

        // Changes to the file system.
        new("creat", 85, None), new("rename", 82, None), new("renameat", 264, 38), new("renameat2", 316, 276), new("unlink", 87, None),
        new("unlinkat", 263, 35), new("mkdir", 83, None), new("mkdirat", 258, 34), new("rmdir", 84, None), new("link", 86, None),
        new("linkat", 265, 37), new("symlink", 88, None), new("symlinkat", 266, 36), new("mknod", 133, None), new("mknodat", 259, 33),
        new("chmod", 90, None), new("fchmod", 91, 52), new("fchmodat", 268, 53), new("fchmodat2", 452, 452), new("chown", 92, None),
        new("fchown", 93, 55), new("lchown", 94, None), new("fchownat", 260, 54), new("truncate", 76, 45), new("setxattr", 188, 5),
        new("lsetxattr", 189, 6), new("fsetxattr", 190, 7), new("utimensat", 280, 88), new("mount", 165, 40), new("umount2", 166, 39),
        new("pivot_root", 155, 41), new("chroot", 161, 51), new("open_tree", 428, 428), new("move_mount", 429, 429), new("fsopen", 430, 430),
        new("fsconfig", 431, 431), new("fsmount", 432, 432), new("name_to_handle_at", 303, 264), new("open_by_handle_at", 304, 265),
        new("inotify_init", 253, None), new("inotify_init1", 294, 26), new("fanotify_init", 300, 262),

        // Wide doors into the kernel.
        new("bpf", 321, 280), new("perf_event_open", 298, 241), new("userfaultfd", 323, 282), new("io_uring_setup", 425, 425),
        new("io_uring_enter", 426, 426), new("io_uring_register", 427, 427), new("keyctl", 250, 219), new("add_key", 248, 217),
        new("request_key", 249, 218), new("init_module", 175, 105), new("finit_module", 313, 273), new("delete_module", 176, 106),
        new("kexec_load", 246, 104), new("reboot", 169, 142), new("swapon", 167, 224), new("swapoff", 168, 225), new("acct", 163, 89),
        new("personality", 135, 92), new("unshare", 272, 97), new("setns", 308, 268),

        // Other rights than its own.
        new("setuid", 105, 146), new("setgid", 106, 144), new("setreuid", 113, 145), new("setregid", 114, 143), new("setresuid", 117, 147),
        new("setresgid", 119, 149), new("setgroups", 116, 159), new("setfsuid", 122, 151), new("setfsgid", 123, 152), SetCapabilities,
        new("setrlimit", 160, 164),
    ];

    /// <summary>Its number on this machine, or <see cref="None"/>.</summary>
    public int Here => On(RuntimeInformation.ProcessArchitecture);

    /// <summary>Its number on an architecture, or <see cref="None"/>.</summary>
    public int On(Architecture architecture) => architecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => None,
    };
}
