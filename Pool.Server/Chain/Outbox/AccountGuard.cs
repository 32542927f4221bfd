namespace Pool.Server.Chain.Outbox;

/// <summary>
/// Compares what the chain has counted of the account with what was signed here (chain §5.10). A nonce that a transaction used which we do not know means that the key is used
/// elsewhere, or that the tables are older than the chain: nothing is sent until a person has looked.
/// </summary>
internal sealed class AccountGuard(OutboxParts parts, OutboxWriter writer, FinalStep finals)
{
    /// <summary>The account, begun with if it is new.</summary>
    public async Task<AccountState> LoadAsync(ChainSight sight, CancellationToken cancellationToken)
    {
        if (await writer.AccountAsync(cancellationToken) is { } known)
        {
            return known;
        }

        var next = Math.Max(sight.Latest, sight.Pending);
        await writer.BeginAsync(next, cancellationToken);
        parts.Log.Begun(writer.Sender.Account, writer.Sender.ChainId, next);
        return new AccountState(next, 0, "", null);
    }

    /// <summary>Whether something may be signed and sent.</summary>
    public async Task<bool> MaySendAsync(AccountState account, IReadOnlyList<SeenIntent> seen, ChainSight sight, CancellationToken cancellationToken)
    {
        var (halt, nonce) = await ReasonAsync(account, seen, sight, cancellationToken);
        if (halt != account.Halt)
        {
            await writer.HaltAsync(halt, nonce, cancellationToken);
            if (halt.Length > 0)
            {
                parts.Log.Halted(halt);
            }
            else
            {
                parts.Log.GoesOn();
            }
        }

        return halt.Length == 0;
    }

    private async Task<(string Halt, ulong? Nonce)> ReasonAsync(
        AccountState account, IReadOnlyList<SeenIntent> seen, ChainSight sight, CancellationToken cancellationToken)
    {
        if (sight.Latest > account.NextNonce)
        {
            return (
                $"the key of {writer.Sender.Account} is used elsewhere: the chain has {sight.Latest} transactions of it, {account.NextNonce} of them were signed here or were there before. "
                + $"When you know why: pool-server outbox accept {sight.Latest}",
                sight.Latest);
        }

        if (sight.Pending > account.NextNonce)
        {
            return (
                $"the key of {writer.Sender.Account} is used elsewhere: a node holds its transactions up to nonce {sight.Pending - 1}, those from {account.NextNonce} on were not signed here. "
                + "It goes on when they are gone, or can be accepted when they are in a block",
                null);
        }

        var final = await writer.FinalNoncesAsync(cancellationToken);
        return sight.Latest < final
            ? ($"the chain has {sight.Latest} transactions of {writer.Sender.Account}, {final} are final here: the node is far behind, its blocks were replaced after they were final, "
                + "or this is another chain. It goes on when the chain has them", null)
            : await LostAsync(account, seen, sight, cancellationToken);
    }

    /// <summary>A nonce of ours that is used for good while none of our attempts with it is in any block.</summary>
    private async Task<(string Halt, ulong? Nonce)> LostAsync(
        AccountState account, IReadOnlyList<SeenIntent> seen, ChainSight sight, CancellationToken cancellationToken)
    {
        foreach (var intent in seen.Where(one => one.Receipt is null && one.Intent.SentNonce < sight.Finalized).Select(one => one.Intent))
        {
            if (intent.SentNonce >= account.AcceptedNonce)
            {
                return (
                    $"the key of {writer.Sender.Account} is used elsewhere: nonce {intent.Nonce} of {intent.Order.Key} went to another transaction, for good. "
                    + $"When you know why: pool-server outbox accept {intent.Nonce + 1}",
                    intent.Nonce + 1);
            }

            await finals.RefuseAsync(intent, $"its nonce {intent.Nonce} went to a transaction that was not signed here", cancellationToken);
        }

        return ("", null);
    }
}
