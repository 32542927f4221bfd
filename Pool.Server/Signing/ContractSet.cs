using Pool.Shared.Ethereum;

namespace Pool.Server.Signing;

/// <summary>Contracts the signer lets be called; one that is not known is never called.</summary>
internal sealed record ContractSet(Address? TicketBroker, Address? BondingManager, Address? RoundsManager, Address? ServiceRegistry, Address? LivepeerToken)
{
    /// <summary>Chain id of Arbitrum One.</summary>
    public const ulong ArbitrumOneChainId = 42161;

    /// <summary>The network's contracts of Arbitrum One (contracts §1): proxies, which never move.</summary>
    public static ContractSet ArbitrumOne { get; } = new(
        TicketBroker: Known("0xa8bB618B1520E284046F3dFc448851A1Ff26e41B"),
        BondingManager: Known("0x35Bcf3c30594191d53231E4FF333E8A770453e40"),
        RoundsManager: Known("0xdd6f56DcC28D3F5f27084381fE8Df634985cc39f"),
        ServiceRegistry: Known("0xC92d3A360b8f9e083bA64DE15d95Cf8180897431"),
        LivepeerToken: Known("0x289ba1701C2F088cf0faf8B3705246331cB8A839"));

    public static ContractSet None { get; } = new(null, null, null, null, null);

    private static Address Known(string text) => Address.TryParse(text, out var address, out var error) ? address : throw new FormatException(error);
}
