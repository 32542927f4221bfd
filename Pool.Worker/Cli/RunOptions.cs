using System.CommandLine;
using System.CommandLine.Parsing;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;
using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Cli;

/// <summary>The options of <c>pool-worker run</c>. A wrong one is refused here, before anything is started.</summary>
internal sealed class RunOptions
{
    /// <summary>Environment variable that names the home folder.</summary>
    public const string HomeVariable = "POOL_WORKER_HOME";

    /// <summary>Segments at once that may be wished for; a pool takes a worker for fewer anyway.</summary>
    public const int MaxSessions = 64;

    private const string DefaultHome = ".pool-worker";

    private readonly Option<PoolAddress> _pool = new("--pool")
    {
        Description = "Address of the pool, e.g. https://pool.example.",
        HelpName = "URL",
        Required = true,
        CustomParser = ReadPool,
    };

    private readonly Option<string?> _certificate = new(PoolTrust.Option)
    {
        Description = "PEM file to trust instead of this machine's authorities: the pool's own certificate, or the authority above it.",
        HelpName = "FILE",
        CustomParser = ReadCertificate,
    };

    private readonly Option<Address> _payout = new("--payout")
    {
        Description = "Ethereum address that is paid for this worker's work.",
        HelpName = "0x…",
        Required = true,
        CustomParser = ReadPayout,
    };

    private readonly Option<string> _home = new("--home")
    {
        Description = $"Folder of the worker's node key. Default: ${HomeVariable}, or ~/{DefaultHome}.",
        HelpName = "DIR",
        DefaultValueFactory = _ => HomeFolder(),
    };

    private readonly Option<string> _device = Device();

    private readonly Option<int> _sessions = new("--sessions")
    {
        Description = $"Segments at once that the worker wishes to take, 1 to {MaxSessions}. Default: the number of processors.",
        HelpName = "N",
        DefaultValueFactory = _ => Math.Clamp(Environment.ProcessorCount, 1, MaxSessions),
        CustomParser = ReadSessions,
    };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Write debug logs to standard error." };

    /// <summary>The option that names a device. Whether this machine has it, and all that it needs, is found out when it is opened.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = $"The device that transcodes: {DeviceName.Choices}. NODE is a name in {DeviceName.RenderFolder}. Default: {DeviceName.Cpu}.",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => DeviceName.Cpu.ToString(),
        CustomParser = ReadDevice,
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_pool, _certificate, _payout, _home, _device, _sessions, _verbose])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(RefuseCertificateInTheClear);
    }

    /// <summary>The settings of a command line that was parsed without errors.</summary>
    public RunSettings Read(ParseResult parsed) => new(
        parsed.GetRequiredValue(_pool).Trusting(new PoolTrust(parsed.GetValue(_certificate))),
        parsed.GetRequiredValue(_payout),
        parsed.GetRequiredValue(_home),
        parsed.GetRequiredValue(_device),
        parsed.GetRequiredValue(_sessions),
        parsed.GetValue(_verbose));

    private static PoolAddress? ReadPool(ArgumentResult argument)
    {
        if (!PoolAddress.TryParse(Text(argument), out var pool, out var error))
        {
            argument.AddError($"--pool: {error}");
        }

        return pool;
    }

    private static string? ReadCertificate(ArgumentResult argument)
    {
        var file = Text(argument);
        if (PoolTrust.FaultOf(file) is { } fault)
        {
            argument.AddError($"{PoolTrust.Option}: {fault}");
            return null;
        }

        return Path.GetFullPath(file);
    }

    /// <summary>Whoever names a certificate believes that the line is safe.</summary>
    private void RefuseCertificateInTheClear(CommandResult command)
    {
        if (command.GetResult(_certificate) is not null && command.GetResult(_pool) is { Tokens: [{ Value: var pool }] }
            && pool.StartsWith(Uri.UriSchemeHttp + Uri.SchemeDelimiter, StringComparison.OrdinalIgnoreCase))
        {
            command.AddError($"{PoolTrust.Option}: nobody shows a certificate at '{Sentence.Printable(pool)}': use the pool's https address, or leave the option away");
        }
    }

    private static Address ReadPayout(ArgumentResult argument)
    {
        if (!Address.TryParse(Text(argument), out var payout, out var error))
        {
            argument.AddError($"--payout: {error}");
        }
        else if (payout.IsZero)
        {
            argument.AddError("--payout: the zero address belongs to nobody: it would burn your earnings");
        }

        return payout;
    }

    private static string? ReadDevice(ArgumentResult argument)
    {
        var device = Text(argument);
        if (!DeviceName.TryParse(device, out _))
        {
            argument.AddError($"--device: '{Sentence.Printable(device)}' is not a device; there are: {DeviceName.Choices}");
        }

        return device;
    }

    private static int ReadSessions(ArgumentResult argument)
    {
        if (!int.TryParse(Text(argument), out var sessions) || sessions is < 1 or > MaxSessions)
        {
            argument.AddError($"--sessions: '{Sentence.Printable(Text(argument))}' is not a number from 1 to {MaxSessions}");
        }

        return sessions;
    }

    private static string Text(ArgumentResult argument) => argument.Tokens.Count == 1 ? argument.Tokens[0].Value : "";

    private static string HomeFolder() =>
        Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), DefaultHome);
}
