using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Ledger;

/// <summary>The side of an account on which its balance grows.</summary>
public enum Side
{
    /// <summary>What we have, or have spent.</summary>
    Debit,

    /// <summary>What we owe, or have of our own.</summary>
    Credit,
}

/// <summary>An account by its name. It is opened with the first transfer that names it; all there are is in <see cref="Accounts"/>.</summary>
public sealed record Account
{
    internal Account(string code, Asset asset, Side normalSide) => (Code, Asset, NormalSide) = (code, asset, normalSide);

    /// <summary>The name, e.g. <c>payee:0x…:payable</c>; an account of the same name in another asset is another account.</summary>
    public string Code { get; }

    public Asset Asset { get; }

    public Side NormalSide { get; }

    /// <summary>Whether its balance may be below zero: listed contra and equity accounts only (payouts §0b).</summary>
    public bool MayBeNegative { get; internal init; }

    /// <summary>Whose it is; null for the pool's own.</summary>
    public Address? Payee { get; internal init; }

    /// <summary>The worker whose work it is of; its payee is set, too.</summary>
    public WorkerId? Worker { get; internal init; }

    /// <summary>The gateway it is about.</summary>
    public Address? Sender { get; internal init; }

    public override string ToString() => $"{Code} ({Asset.Code()})";
}
