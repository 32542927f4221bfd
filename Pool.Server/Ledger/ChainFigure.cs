using System.Numerics;

namespace Pool.Server.Ledger;

/// <summary>
/// What the chain says about an account, in base units. The account's posted balance must be <paramref name="OnChain"/> + <paramref name="Unposted"/>.
/// </summary>
/// <param name="Account">The account, e.g. <see cref="Accounts.PoolWallet"/>.</param>
/// <param name="OnChain">The balance on the chain.</param>
/// <param name="Unposted">Own transactions that this balance has less already, and whose pending transfers are not posted yet because they are not final.</param>
/// <param name="Source">Where and when it was read, for people: contract or address, and block.</param>
public sealed record ChainFigure(Account Account, BigInteger OnChain, BigInteger Unposted, string Source);

/// <summary>Reads what the ledger is compared with. Registered by whoever knows the chain; there may be several, and off-chain there is none.</summary>
public interface IChainFigures
{
    /// <summary>The figures as they are now.</summary>
    /// <exception cref="ChainUnreadableException">The chain cannot be asked.</exception>
    Task<IReadOnlyList<ChainFigure>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>The chain could not be asked, so the ledger could not be compared with it.</summary>
public sealed class ChainUnreadableException(string message, Exception? inner = null) : Exception(message, inner);
