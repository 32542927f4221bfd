using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;

namespace Pool.Tests.Chain;

/// <summary>Livepeer's contracts where they live on a local chain: proxies where the network has proxies.</summary>
public sealed record LivepeerContracts
{
    public required DeployedContract Controller { get; init; }

    public required DeployedContract BondingManager { get; init; }

    public required DeployedContract TicketBroker { get; init; }

    public required DeployedContract RoundsManager { get; init; }

    public required DeployedContract ServiceRegistry { get; init; }

    public required DeployedContract Minter { get; init; }

    public required DeployedContract LivepeerToken { get; init; }

    public required DeployedContract PollCreator { get; init; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<DeployedContract> All =>
        [Controller, BondingManager, TicketBroker, RoundsManager, ServiceRegistry, Minter, LivepeerToken, PollCreator];
}

/// <param name="Name">Its name.</param>
/// <param name="Address">Where it is called.</param>
/// <param name="Abi">Its interface.</param>
public sealed record DeployedContract(string Name, Address Address, AbiContract Abi)
{
    /// <summary>A call of one of its functions.</summary>
    /// <param name="function">Name, or signature where a name has several.</param>
    /// <param name="arguments">The arguments.</param>
    public DevCall Call(string function, params IReadOnlyList<AbiValue> arguments) => new(Address, Abi.Function(function).EncodeCall(arguments));
}

/// <summary>A transaction of a development account.</summary>
/// <param name="To">The contract; null creates one.</param>
/// <param name="Data">Call data.</param>
public sealed record DevCall(Address? To, ReadOnlyMemory<byte> Data)
{
    /// <summary>Enough for every call of the network's contracts but a large batch.</summary>
    public const ulong DefaultGas = 1_500_000;

    /// <summary>ETH that goes with it.</summary>
    public Wei Value { get; init; }

    /// <summary>Its gas limit.</summary>
    public ulong Gas { get; init; } = DefaultGas;
}
