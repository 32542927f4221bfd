using Pool.Shared.Ethereum;

namespace Pool.Server.Signing;

/// <summary>
/// Whoever holds the orchestrator's key: a process of its own, or something outside. The public process holds none (design §3.9). Requests are typed, so that
/// whoever has taken over the public process can have nothing signed but these, within the signer's own caps.
/// </summary>
public interface ISigner
{
    /// <summary>The account of the key; the same for the life of the process.</summary>
    Address Account { get; }

    /// <summary>Signs the hash of a result or of a pong (protocol §3.1, §4.8): 65 bytes.</summary>
    /// <exception cref="SignerException">It does not sign, or is away.</exception>
    Task<byte[]> SignHashAsync(Bytes32 hash, CancellationToken cancellationToken);

    /// <summary>Signs a transaction if it is what its purpose says and within the caps of that purpose.</summary>
    /// <exception cref="SignerException">It does not sign, or is away.</exception>
    Task<SignedTransaction> SignAsync(TransactionPurpose purpose, Transaction1559 transaction, CancellationToken cancellationToken);
}

/// <summary>What a transaction is for; each has contracts, functions and caps of its own.</summary>
public enum TransactionPurpose
{
    /// <summary>Redeems one winning ticket or several.</summary>
    TicketRedemption,

    /// <summary>Calls for the round's reward.</summary>
    Reward,

    /// <summary>Initializes a round.</summary>
    RoundInitialization,

    /// <summary>Withdraws fees or stake to the payout wallet.</summary>
    Withdrawal,

    /// <summary>A line of a payout.</summary>
    Payout,

    /// <summary>Registers the orchestrator: approval, bond, cuts, service URI.</summary>
    Registration,

    /// <summary>Frees a nonce: nothing, to itself.</summary>
    Cancellation,
}

/// <summary>The signer refused, or could not be asked.</summary>
/// <param name="message">What it said.</param>
/// <param name="isRefusal">Whether it refused: asking again changes nothing.</param>
/// <param name="inner">What kept it from answering.</param>
public sealed class SignerException(string message, bool isRefusal, Exception? inner = null) : Exception(message, inner)
{
    public bool IsRefusal { get; } = isRefusal;
}
