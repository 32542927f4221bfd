using System.Globalization;
using System.Runtime.InteropServices;
using Pool.Worker.Tests.Transcoding.Host;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Tests.Transcoding.Sandbox;

/// <summary>The sandbox of a real host: what it says of itself, and what the kernel says of it.</summary>
public sealed class SandboxTests
{
    private static readonly string[] s_everything =
        ["network", "reading files", "writing files", "starting programs", "watching processes", "signals to others"];

    [Fact]
    public async Task A_host_is_refused_everything_it_must_not_do()
    {
        await using var host = await HostUnderTest.StartAsync();
        var report = host.Transcoder.Sandbox;

        Assert.Contains("seccomp", report.Applied);
        Assert.Contains("rlimits", report.Applied);
        var isWhole = Landlock.Version > 0;
        Assert.Equal(isWhole, report.Applied.Contains("landlock"));
        Assert.Equal(isWhole, report.IsTight);
        Assert.Equal(isWhole, report.Missing.Count == 0);
        Assert.Equal(isWhole ? s_everything : s_everything.Except(["reading files"]), report.Denied);
        Assert.StartsWith("sandbox: ", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_confirms_it_for_every_thread()
    {
        await using var host = await HostUnderTest.StartAsync();
        await host.TranscodeAsync("stream", Clips.Tiny, Clips.Small);

        foreach (var thread in Directory.GetDirectories(Proc(host, "task")))
        {
            var status = File.ReadLines(Path.Combine(thread, "status")).Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
            Assert.Equal("2", status["Seccomp"]);
            Assert.Equal("1", status["NoNewPrivs"]);
            Assert.Equal("0000000000000000", status["CapEff"]);
            Assert.Equal("0000000000000000", status["CapPrm"]);
        }

        var limits = await File.ReadAllLinesAsync(Proc(host, "limits"));
        Assert.Equal("0", Limit(limits, "Max core file size"));
        Assert.Equal("16777216", Limit(limits, "Max file size"));   // a signature in memory; Landlock lets it open no other
        Assert.Equal("256", Limit(limits, "Max open files"));
    }

    [Fact]
    public async Task A_host_sees_nothing_of_the_workers_environment()
    {
        const string Secret = "POOL_TEST_SECRET_OF_THE_WORKER";
        Environment.SetEnvironmentVariable(Secret, "hidden");
        await using var host = await HostUnderTest.StartAsync();

        var variables = ReadableEnvironment(Proc(host, "environ"));

        Assert.DoesNotContain(variables, variable => variable.StartsWith(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(variables, variable => variable.StartsWith("HOME=", StringComparison.Ordinal));
    }

    /// <summary>glibc has to read of the system what huge pages there are, and asks for none when it cannot.</summary>
    [Fact]
    public async Task The_heap_of_a_host_asks_for_huge_pages_where_the_system_has_them_for_those_who_ask()
    {
        const string Setting = "/sys/kernel/mm/transparent_hugepage/enabled";
        await using var host = await HostUnderTest.StartAsync();
        await host.TranscodeAsync("stream", Clips.Long, Clips.Rich);

        var isForThoseWhoAsk = File.Exists(Setting) && (await File.ReadAllTextAsync(Setting)).Contains("[madvise]", StringComparison.Ordinal);

        Assert.Equal(isForThoseWhoAsk, HeapFlags(Proc(host, "smaps"))?.Contains("hg", StringComparer.Ordinal) ?? isForThoseWhoAsk);
    }

    [Fact]
    public async Task A_host_holds_nothing_that_the_worker_has_open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"pool-open-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, "open");
        var careless = Linux.Open(path, Linux.OpenReadOnly);
        try
        {
            await using var host = await HostUnderTest.StartAsync();

            Assert.DoesNotContain(path, LinksIn(Proc(host, "fd")));
            Assert.Contains("no inherited files", host.Transcoder.Sandbox.Applied);
        }
        finally
        {
            Linux.Close(careless);
            File.Delete(path);
        }
    }

    [Fact]
    public void A_process_without_a_sandbox_finds_that_it_has_none()
    {
        var (denied, open) = SandboxProof.Run();

        Assert.Equal(s_everything, open.Concat(denied).OrderBy(what => Array.IndexOf(s_everything, what)));
        Assert.Equal(["network", "reading files", "writing files", "starting programs", "watching processes", "signals to others"], open);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var report = new SandboxReport(["seccomp"], ["landlock (this kernel has none: files can be read)"], ["network"], ["reading files"]);

        Assert.Equal(
            "sandbox: seccomp; missing: landlock (this kernel has none: files can be read); refused when tried: network; NOT refused when tried: reading files",
            report.ToString());
        Assert.False(report.IsTight);
        Assert.False(SandboxReport.None.IsTight);
    }

    private static string Proc(HostUnderTest host, string file) =>
        $"/proc/{host.Transcoder.ProcessId.ToString(CultureInfo.InvariantCulture)}/{file}";

    private static string Limit(string[] limits, string name) =>
        limits.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    private static string?[] LinksIn(string folder) =>
        AsRoot(() => Directory.GetFiles(folder).Select(file => new FileInfo(file).LinkTarget).ToArray()) ?? [];

    private static string[]? HeapFlags(string path) => AsRoot(() => File.ReadAllLines(path)
        .SkipWhile(line => !line.EndsWith("[heap]", StringComparison.Ordinal))
        .First(line => line.StartsWith("VmFlags:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string[] ReadableEnvironment(string path) => AsRoot(() => File.ReadAllText(path).Split('\0')) ?? [];

    /// <summary>What a host hides from everybody but root; null when it does.</summary>
    private static T? AsRoot<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The filter as the kernel's machine would run it, for both architectures, whichever this one is.</summary>
public sealed class SeccompFilterTests
{
    private const int Me = 4711;
    private const uint X64 = 0xC000003E;
    private const uint Arm64 = 0xC00000B7;

    [Theory]
    [InlineData(Architecture.X64, X64)]
    [InlineData(Architecture.Arm64, Arm64)]
    public void It_refuses_what_is_listed_and_lets_the_rest_through(Architecture architecture, uint kernelName)
    {
        var program = Program(architecture);
        uint Ask(Syscall call, params uint[] arguments) => Run(program, kernelName, (uint)call.On(architecture), arguments);

        Assert.All(
            Syscall.Refused.Where(call => call.On(architecture) != Syscall.None), call => Assert.Equal(SeccompFilter.Refuse, Ask(call)));
        Assert.All(Syscall.Unreadable, call => Assert.Equal(SeccompFilter.Unknown, Ask(call)));
        Assert.Equal(SeccompFilter.Allow, Ask(Syscall.OpenAt, 0, 0, Linux.OpenReadOnly | Linux.OpenCloseOnExec));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.OpenAt, 0, 0, Linux.OpenWriteOnly));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.OpenAt, 0, 0, Linux.OpenCreate));
        Assert.Equal(SeccompFilter.Allow, Ask(Syscall.CloneTask, 0x3d0f00));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.CloneTask, 0x11));
        Assert.Equal(SeccompFilter.Allow, Ask(Syscall.ThreadGroupKill, Me, 4712, 34));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.ThreadGroupKill, 1, 1, 9));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.Kill, uint.MaxValue, 9));
        Assert.Equal(SeccompFilter.Allow, Ask(Syscall.ProcessLimit, 0, 3, 0, 1));
        Assert.Equal(SeccompFilter.Refuse, Ask(Syscall.ProcessLimit, 0, 3, 1));
    }

    [Fact]
    public void Another_architecture_ends_the_process_and_x32_does_not_exist()
    {
        Assert.Equal(SeccompFilter.EndProcess, Run(Program(Architecture.X64), Arm64, 0, []));
        Assert.Equal(SeccompFilter.Unknown, Run(Program(Architecture.X64), X64, 0x40000000 + 41, []));
        Assert.Null(SeccompFilter.Build(Architecture.S390x, Me, mayOpenForWriting: false));
    }

    [Fact]
    public void With_devices_files_can_be_opened_for_writing_and_landlock_says_which()
    {
        var program = SeccompFilter.Build(Architecture.X64, Me, mayOpenForWriting: true)!;   // X64 has a table

        Assert.Equal(SeccompFilter.Allow, Run(program, X64, (uint)Syscall.OpenAt.X64, [0, 0, Linux.OpenReadWrite]));
        Assert.Equal(SeccompFilter.Refuse, Run(program, X64, (uint)Syscall.Socket.X64, []));
    }

    [Fact]
    public void No_number_is_listed_twice() => Assert.All(new[] { Architecture.X64, Architecture.Arm64 }, architecture =>
    {
        var numbers = Syscall.Refused.Concat(Syscall.Unreadable).Select(call => call.On(architecture)).Where(number => number != Syscall.None).ToList();
        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
    });

    private static FilterInstruction[] Program(Architecture architecture) =>
        SeccompFilter.Build(architecture, Me, mayOpenForWriting: false)!;   // both have a table

    private static uint Run(FilterInstruction[] program, uint kernelName, uint call, uint[] arguments)
    {
        for (var (at, value) = (0, 0u); ; at++)
        {
            var (code, ifTrue, ifFalse, constant) = program[at];
            switch (code)
            {
                case 0x20:
                    value = constant switch
                    {
                        0 => call,
                        4 => kernelName,
                        _ => (constant - 16) / 8 is var index && index < arguments.Length ? arguments[index] : 0,
                    };
                    break;
                case 0x15:
                    at += value == constant ? ifTrue : ifFalse;
                    break;
                case 0x35:
                    at += value >= constant ? ifTrue : ifFalse;
                    break;
                case 0x45:
                    at += (value & constant) != 0 ? ifTrue : ifFalse;
                    break;
                default:
                    return constant;
            }
        }
    }
}
