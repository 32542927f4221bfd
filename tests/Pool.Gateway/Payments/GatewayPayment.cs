using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Gateway.Payments;

/// <summary>
/// The payment of one request and the credit that stands behind it (protocol §5.7): the session's whole balance was taken out for it, and what is left comes back
/// when the answer is there.
/// </summary>
public sealed class GatewayPayment
{
    private readonly GatewayWallet _wallet;
    private bool _isEnded;

    internal GatewayPayment(GatewayWallet wallet, SessionKey session, Payment message, Ratio existing, Ratio added, Ratio price) =>
        (_wallet, Session, Message, Existing, Added, Price) = (wallet, session, message, existing, added, price);

    /// <summary>Id of the request, for the log.</summary>
    public Guid Request { get; } = Guid.NewGuid();

    /// <summary>What is sent.</summary>
    public Payment Message { get; }

    internal SessionKey Session { get; }

    /// <summary>Credit that was left, in wei.</summary>
    internal Ratio Existing { get; }

    /// <summary>What its tickets are worth, in wei.</summary>
    internal Ratio Added { get; }

    /// <summary>What a pixel costs, in wei.</summary>
    internal Ratio Price { get; }

    /// <summary>Whether an answer came, whatever it says: the credit counts as spent.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>An answer begins to come.</summary>
    public void MarkAnswered() => IsAnswered = true;

    /// <summary>A good answer came: what is left of the credit goes back.</summary>
    public void Complete(long pixels) => End(Existing + Added - (Price * pixels), null, pixels);

    /// <summary>It came to nothing: after an answer the credit is lost, before one what was there goes back.</summary>
    public void Fail(string error) => End(IsAnswered ? Ratio.Zero : Existing, error, 0);

    private void End(Ratio change, string? error, long pixels)
    {
        if (!_isEnded)
        {
            _isEnded = true;
            _wallet.End(this, change, error, pixels);
        }
    }
}

/// <summary>Whose balance it is.</summary>
internal readonly record struct SessionKey(Pool.Shared.Ethereum.Address Recipient, string SessionId);
