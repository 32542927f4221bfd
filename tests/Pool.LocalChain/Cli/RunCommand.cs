using System.CommandLine;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Tests.Chain.Cli;

/// <summary><c>pool-localchain run</c>: a chain in the foreground, with an orchestrator and a gateway on it.</summary>
internal static class RunCommand
{
    /// <summary>100 % in the contracts' cuts and shares.</summary>
    private const long Whole = 1_000_000;

    public static Command Build()
    {
        var port = new Option<int?>("--port") { Description = "Port of the node on the loopback; a free one if it is not given." };
        var state = new Option<string>("--state") { Description = "File that says where everything is, JSON; written when all is ready.", Required = true };
        var blockTime = new Option<int>("--block-time") { Description = "Seconds between blocks; 0 mines a block for each transaction and no others." };
        var initialize = new Option<bool>("--initialize-rounds") { Description = "Initialize each round when it begins." };
        var orchestrator = new Option<string?>("--orchestrator-key")
        {
            Description = "File with the orchestrator's private key in hex digits; the second development account if it is not given.",
        };
        var fund = new Option<string?>("--fund")
        {
            Description = "Address that is given ETH and the LPT of --stake twice over, to register itself with; then no orchestrator is registered.",
        };
        var serviceUri = new Option<string>("--service-uri") { DefaultValueFactory = _ => "https://127.0.0.1:8935", Description = "Where gateways find the orchestrator." };
        var stake = Amount("--stake", "10000 LPT", "What the orchestrator bonds.");
        var rewardCut = Share("--reward-cut", 100_000, "What the orchestrator keeps of rewards, of 1000000.");
        var feeShare = Share("--fee-share", 0, "What its delegators get of fees, of 1000000.");
        var deposit = Amount("--deposit", "10 ETH", "Deposit of the gateway, which is the third development account.");
        var reserve = Amount("--reserve", "5 ETH", "Reserve of the gateway.");
        var command = new Command("run", "Runs a chain until it is told to stop.")
        {
            port, state, blockTime, initialize, orchestrator, fund, serviceUri, stake, rewardCut, feeShare, deposit, reserve,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            () => new RunRequest
            {
                Port = parsed.GetValue(port),
                State = parsed.GetRequiredValue(state),
                BlockTime = TimeSpan.FromSeconds(parsed.GetValue(blockTime)),
                InitializesRounds = parsed.GetValue(initialize),
                Orchestrator = ReadKey(parsed.GetValue(orchestrator)),
                Fund = parsed.GetValue(fund) is { } given ? ReadAddress(given) : null,
                ServiceUri = parsed.GetRequiredValue(serviceUri),
                Stake = LptWei.TryParse(parsed.GetRequiredValue(stake), out var lpt, out var wrong) ? lpt : throw new LocalChainException($"--stake: {wrong}"),
                RewardCut = parsed.GetRequiredValue(rewardCut),
                FeeShare = parsed.GetRequiredValue(feeShare),
                Deposit = ReadEth("--deposit", parsed.GetRequiredValue(deposit)),
                Reserve = ReadEth("--reserve", parsed.GetRequiredValue(reserve)),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Func<RunRequest> read, CancellationToken stop)
    {
        try
        {
            await new ChainRun(read()).RunAsync(stop);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is LocalChainException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(fault.Message.ReplaceLineEndings(" "));
            return 1;
        }
    }

    private static Option<string> Amount(string name, string value, string description) =>
        new(name) { DefaultValueFactory = _ => value, Description = description };

    private static Option<long> Share(string name, long value, string description)
    {
        var option = new Option<long>(name) { DefaultValueFactory = _ => value, Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 0 or > Whole)
            {
                result.AddError($"{name} must be between 0 and {Whole}.");
            }
        });
        return option;
    }

    private static Wei ReadEth(string option, string text) =>
        Wei.TryParse(text, out var amount, out var wrong) ? amount : throw new LocalChainException($"{option}: {wrong}");

    private static Address ReadAddress(string text) =>
        Address.TryParse(text, out var address, out var wrong) ? address : throw new LocalChainException($"--fund: {wrong}");

    private static EthereumKey ReadKey(string? file)
    {
        if (file is null)
        {
            return DevAccounts.Orchestrator;
        }

        var digits = File.ReadAllText(file).Trim();
        try
        {
            return EthereumKey.FromBytes(Convert.FromHexString(digits.StartsWith("0x", StringComparison.Ordinal) ? digits[2..] : digits));
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new LocalChainException($"{file} holds no private key.", fault);
        }
    }
}

/// <summary>What to run.</summary>
internal sealed record RunRequest
{
    public required int? Port { get; init; }

    public required string State { get; init; }

    public required TimeSpan BlockTime { get; init; }

    public required bool InitializesRounds { get; init; }

    public required EthereumKey Orchestrator { get; init; }

    /// <summary>Who is given what it needs to register itself; null registers <see cref="Orchestrator"/>.</summary>
    public required Address? Fund { get; init; }

    public required string ServiceUri { get; init; }

    public required LptWei Stake { get; init; }

    public required long RewardCut { get; init; }

    public required long FeeShare { get; init; }

    public required Wei Deposit { get; init; }

    public required Wei Reserve { get; init; }
}
