using System.CommandLine;
using Pool.Gateway.Cli;
using Pool.Shared.Ethereum;

namespace Pool.Gateway.Payments;

/// <summary>What a person says of the gateway's account.</summary>
/// <param name="Key">File with the key, or name of an environment variable that has it; null is a gateway without a key.</param>
/// <param name="Rpc">Address of a node, or null.</param>
/// <param name="Broker">The TicketBroker, or null.</param>
/// <param name="Log">File for the tickets, or null.</param>
public sealed record WalletOptions(string? Key, string? Rpc, string? Broker, string? Log)
{
    /// <summary>The options of a command.</summary>
    internal static (Option<string?> Key, Option<string?> Rpc, Option<string?> Broker, Option<string?> Log) Build() => (
        new Option<string?>("--eth-key")
        {
            Description = "Pays as a stock gateway does: a file with the private key in hex, or the name of an environment variable with it.",
            HelpName = "FILE|VARIABLE",
        },
        new Option<string?>("--rpc") { Description = "Node that says which L1 block it is, so that ticket parameters are renewed before they expire.", HelpName = "URL" },
        new Option<string?>("--ticket-broker")
        {
            Description = "The TicketBroker at that node: before each payment it is asked for the account's own deposit and reserve.",
            HelpName = "ADDRESS",
        },
        new Option<string?>("--ticket-log") { Description = "File that receives every ticket before it is sent, a line of JSON each.", HelpName = "FILE" });

    /// <summary>The account; null without a key.</summary>
    /// <exception cref="UserFaultException">The key, the address or the file cannot be used.</exception>
    public GatewayWallet? Open(TimeProvider time)
    {
        if (Key is null)
        {
            return Rpc is null && Broker is null && Log is null
                ? null
                : throw new UserFaultException("--rpc, --ticket-broker and --ticket-log need --eth-key: without a key nothing is paid.");
        }

        if (Rpc is not null && (!Uri.TryCreate(Rpc, UriKind.Absolute, out var node) || (node.Scheme != Uri.UriSchemeHttp && node.Scheme != Uri.UriSchemeHttps)))
        {
            throw new UserFaultException($"--rpc must be an http or https address, not '{Rpc}'.");
        }

        var broker = ReadBroker();
        var key = ReadKey(Key);
        try
        {
            return new GatewayWallet(
                key, Log is null ? null : new TicketLog(Log), Rpc is null ? null : new L1Clock(new Uri(Rpc), time),
                broker is { } contract && Rpc is not null ? new OwnFunds(new Uri(Rpc), contract, key.Address, time) : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new UserFaultException($"--ticket-log: {fault.Message}", fault);
        }
    }

    private Address? ReadBroker() =>
        Broker is null ? null
        : Rpc is null ? throw new UserFaultException("--ticket-broker needs --rpc: a node has to be asked.")
        : Address.TryParse(Broker, out var broker, out var wrong) ? broker
        : throw new UserFaultException($"--ticket-broker: {wrong}");

    private static EthereumKey ReadKey(string source)
    {
        var text = File.Exists(source) ? File.ReadAllText(source) : Environment.GetEnvironmentVariable(source)
            ?? throw new UserFaultException($"--eth-key: '{source}' is neither a file nor an environment variable.");
        var digits = text.Trim();
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        try
        {
            return EthereumKey.FromBytes(Convert.FromHexString(digits));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw new UserFaultException($"--eth-key: '{source}' has no private key of {EthereumKey.Bytes} bytes in hex.", wrong);
        }
    }
}
