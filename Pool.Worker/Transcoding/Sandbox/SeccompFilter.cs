using System.Runtime.InteropServices;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>One instruction of the kernel's packet filter machine (<c>struct sock_filter</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

/// <summary>
/// A seccomp filter that refuses what a codec never does. It is a list of what is refused, not of what is allowed: the runtime's own
/// calls change with its version, and a call that is refused answers "not permitted" instead of ending the process.
/// </summary>
internal static class SeccompFilter
{
    public const uint Allow = 0x7fff0000;
    public const uint Refuse = 0x00050000 | Linux.NotPermitted;
    public const uint Unknown = 0x00050000 | Linux.NoSuchCall;
    public const uint EndProcess = 0x80000000;

    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAnyBit = 0x45;
    private const ushort Return = 0x06;

    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;
    private const uint ArgumentBytes = 8;

    /// <summary>The 32-bit calls of x86-64 count from here.</summary>
    private const uint X32Calls = 0x40000000;

    private const uint X64Architecture = 0xC000003E;
    private const uint Arm64Architecture = 0xC00000B7;
    private const uint NewThread = 0x00010000;
    private const uint AnyWriting = Linux.OpenWriteOnly | Linux.OpenReadWrite | Linux.OpenCreate | Linux.OpenTruncate;

    private const nint SetFilterMode = 1;
    private const nint AllThreads = 1;

    /// <summary>Applies the filter to every thread of this process, for good.</summary>
    /// <returns>Null, or why it could not be applied.</returns>
    public static unsafe string? Apply(bool mayOpenForWriting)
    {
        if (Build(RuntimeInformation.ProcessArchitecture, Environment.ProcessId, mayOpenForWriting) is not { } program)
        {
            return $"seccomp (no table for {RuntimeInformation.ProcessArchitecture})";
        }

        fixed (FilterInstruction* instructions = program)
        {
            var description = stackalloc nint[2] { program.Length, (nint)instructions };   // struct sock_fprog: a short, padded, and a pointer
            return Linux.Call(Syscall.Seccomp.Here, SetFilterMode, AllThreads, (nint)description) == 0 ? null : $"seccomp (error {Linux.Error})";
        }
    }

    /// <summary>The program for an architecture; null when its numbers are not known here.</summary>
    /// <param name="architecture">Of the process that is filtered.</param>
    /// <param name="processId">The process, which may send signals to itself only.</param>
    /// <param name="mayOpenForWriting">Devices must be opened for writing; which files can be is then left to Landlock.</param>
    public static FilterInstruction[]? Build(Architecture architecture, int processId, bool mayOpenForWriting)
    {
        if (architecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return null;
        }

        var program = new List<FilterInstruction>
        {
            new(Load, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, architecture == Architecture.X64 ? X64Architecture : Arm64Architecture),
            new(Return, 0, 0, EndProcess),
            new(Load, 0, 0, NumberOffset),
            new(JumpIfAtLeast, 0, 1, X32Calls),
            new(Return, 0, 0, Unknown),
        };
        foreach (var (calls, answer) in new[] { (Syscall.Unreadable, Unknown), (Syscall.Refused, Refuse) })
        {
            foreach (var call in calls.Where(call => call.On(architecture) != Syscall.None))
            {
                program.Add(new(JumpIfEqual, 0, 1, (uint)call.On(architecture)));
                program.Add(new(Return, 0, 0, answer));
            }
        }

        if (!mayOpenForWriting)
        {
            RefuseUnless(program, Syscall.Open.On(architecture), argument: 1, new(JumpIfAnyBit, 0, 1, AnyWriting));
            RefuseUnless(program, Syscall.OpenAt.On(architecture), argument: 2, new(JumpIfAnyBit, 0, 1, AnyWriting));
        }

        RefuseUnless(program, Syscall.CloneTask.On(architecture), argument: 0, new(JumpIfAnyBit, 1, 0, NewThread));
        RefuseUnless(program, Syscall.Kill.On(architecture), argument: 0, new(JumpIfEqual, 1, 0, (uint)processId));
        RefuseUnless(program, Syscall.ThreadGroupKill.On(architecture), argument: 0, new(JumpIfEqual, 1, 0, (uint)processId));
        RefuseUnless(program, Syscall.ProcessLimit.On(architecture), argument: 2, new(JumpIfEqual, 1, 0, 0));
        program.Add(new(Return, 0, 0, Allow));
        return [.. program];
    }

    /// <summary>Refuses a call unless the test jumps over the refusal. The test sees the lower half of one argument.</summary>
    private static void RefuseUnless(List<FilterInstruction> program, int call, uint argument, FilterInstruction test)
    {
        if (call == Syscall.None)
        {
            return;
        }

        program.Add(new(JumpIfEqual, 0, 4, (uint)call));
        program.Add(new(Load, 0, 0, ArgumentsOffset + (argument * ArgumentBytes)));
        program.Add(test);
        program.Add(new(Return, 0, 0, Refuse));
        program.Add(new(Load, 0, 0, NumberOffset));
    }
}
