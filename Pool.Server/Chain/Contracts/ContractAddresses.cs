using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer;

namespace Pool.Server.Chain.Contracts;

/// <summary>Where Livepeer's contracts are now, by the Controller's word (contracts §1: never configured one by one).</summary>
public sealed record ContractAddresses
{
    private static readonly string[] s_names = [nameof(BondingManager), nameof(TicketBroker), nameof(RoundsManager), nameof(ServiceRegistry), nameof(Minter), nameof(LivepeerToken)];

    public required Address Controller { get; init; }

    public required Address BondingManager { get; init; }

    public required Address TicketBroker { get; init; }

    public required Address RoundsManager { get; init; }

    public required Address ServiceRegistry { get; init; }

    public required Address Minter { get; init; }

    public required Address LivepeerToken { get; init; }

    /// <summary>The questions whose answers <see cref="From"/> takes.</summary>
    internal static IReadOnlyList<ContractRead> Questions(Address controller) =>
        [.. s_names.Select(name => new ContractRead(controller, ControllerAbi.GetContract, ContractId.Of(name)))];

    /// <summary>The addresses of the answers to <see cref="Questions"/>.</summary>
    /// <exception cref="ContractException">The Controller does not know one of them.</exception>
    internal static ContractAddresses From(Address controller, IReadOnlyList<AbiArguments> answers)
    {
        var found = s_names.Zip(answers, (name, answer) => (Name: name, Address: answer[0].AsAddress())).ToDictionary(entry => entry.Name, entry => entry.Address, StringComparer.Ordinal);
        return found.FirstOrDefault(entry => entry.Value.IsZero).Key is { } missing
            ? throw new ContractException($"The Controller {controller} knows no {missing}: is it Livepeer's (Chain:Controller)?")
            : new ContractAddresses
            {
                Controller = controller,
                BondingManager = found[nameof(BondingManager)],
                TicketBroker = found[nameof(TicketBroker)],
                RoundsManager = found[nameof(RoundsManager)],
                ServiceRegistry = found[nameof(ServiceRegistry)],
                Minter = found[nameof(Minter)],
                LivepeerToken = found[nameof(LivepeerToken)],
            };
    }

    /// <summary>Asks the Controller.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">It is no Controller.</exception>
    internal static async Task<ContractAddresses> ResolveAsync(IEthereumRpc rpc, Address controller, CancellationToken cancellationToken) =>
        From(controller, await rpc.ReadAsync(Questions(controller), BlockTag.Latest, cancellationToken));
}
