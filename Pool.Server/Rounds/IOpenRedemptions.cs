namespace Pool.Server.Rounds;

/// <summary>Whether winning tickets still wait to be redeemed in this round.</summary>
public interface IOpenRedemptions
{
    /// <summary>Whether there is one that can be redeemed now, or is being redeemed.</summary>
    Task<bool> AnyAsync(CancellationToken cancellationToken);
}
