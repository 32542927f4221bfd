using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Outbox;

/// <summary>
/// Broadcasts what is signed: the same bytes again when nothing is known of them, and for the first nonce that is in no block a replacement when it is stuck. Later ones wait for
/// that nonce, whatever they offer (chain §5.5).
/// </summary>
internal sealed class SendStep(OutboxParts parts, OutboxWriter writer, OutboxMemory memory)
{
    /// <summary>Sends and replaces.</summary>
    /// <param name="waiting">Those in no block, by nonce.</param>
    /// <param name="sight">The chain.</param>
    /// <param name="cancellationToken">The server ends.</param>
    public async Task RunAsync(IReadOnlyList<StoredIntent> waiting, ChainSight sight, CancellationToken cancellationToken)
    {
        foreach (var intent in waiting)
        {
            var ready = await ReplaceIfStuckAsync(intent, sight, cancellationToken);
            if (memory.IsDue(ready.LastAttempt.Hash))
            {
                await SendAsync(ready, cancellationToken);
            }
        }
    }

    /// <summary>Broadcasts an intent's last attempt.</summary>
    public async Task SendAsync(StoredIntent intent, CancellationToken cancellationToken)
    {
        var attempt = intent.LastAttempt;
        var (verdict, text) = await parts.Rpc.SendAsync(attempt.Raw, cancellationToken);
        parts.Metrics.CountSent(verdict);
        switch (verdict)
        {
            case SendVerdict.Unknown:
                // It may be there: the same bytes at the next pass.
                return;
            case SendVerdict.Underpriced:
                memory.NoteUnderpriced(attempt.Hash);
                break;
            case SendVerdict.InsufficientFunds or SendVerdict.Refused:
                await AlarmAsync(intent, $"the node refuses it: {text}", cancellationToken);
                break;
            default:
                // Taken; or its nonce is used, and then one of its attempts has a receipt at the next pass, or AccountGuard finds that none has.
                await ClearAsync(intent, cancellationToken);
                break;
        }

        memory.NoteSent(attempt.Hash);
    }

    private async Task<StoredIntent> ReplaceIfStuckAsync(StoredIntent intent, ChainSight sight, CancellationToken cancellationToken)
    {
        var wantsCancellation = intent.IsCancelAsked && !intent.LastAttempt.IsCancellation;
        if (!wantsCancellation && !IsStuck(intent, sight))
        {
            return intent;
        }

        if (parts.Fees.Raise(intent.LastAttempt.Fees, sight.Head.BaseFee) is not { } fees)
        {
            await AlarmAsync(
                intent,
                $"stuck: nonce {intent.Nonce} offers {intent.LastAttempt.Fees.Max.ToDigits()} wei for a gas, the base fee is {sight.Head.BaseFee.ToDigits()}, "
                + $"and an eighth more is above Chain:MaxGasPrice of {parts.Fees.Ceiling?.ToDigits()}",
                cancellationToken);
            return intent;
        }

        try
        {
            var isCancellation = wantsCancellation || intent.LastAttempt.IsCancellation;
            var replaced = await writer.SignAgainAsync(intent, fees, isCancellation, parts.Signer, cancellationToken);
            var last = replaced.LastAttempt;
            parts.Metrics.CountSigned(isCancellation ? "cancellation" : "replacement");
            parts.Log.Replaced(intent.Order.Key, intent.SentNonce, last.Number, $"{fees.Max.ToDigits()} wei", last.Hash);
            return replaced;
        }
        catch (SignerException refused)
        {
            await AlarmAsync(intent, $"stuck: the signer does not sign a replacement: {refused.Message}", cancellationToken);
            return intent;
        }
    }

    /// <summary>Only the first nonce that the chain has not counted can be stuck by its fee.</summary>
    private bool IsStuck(StoredIntent intent, ChainSight sight)
    {
        var last = intent.LastAttempt;
        return intent.SentNonce == sight.Latest
            && (memory.IsUnderpriced(last.Hash)
                || (last.Fees.Max < sight.Head.BaseFee && parts.Time.GetUtcNow() - last.SignedAt >= parts.Options.StuckAfter));
    }

    private async Task AlarmAsync(StoredIntent intent, string alarm, CancellationToken cancellationToken)
    {
        if (intent.Alarm != alarm)
        {
            await writer.AlarmAsync(intent, alarm, cancellationToken);
            parts.Log.Alarmed(intent.Order.Key, alarm);
        }
    }

    private async Task ClearAsync(StoredIntent intent, CancellationToken cancellationToken)
    {
        if (intent.Alarm.Length > 0)
        {
            await writer.AlarmAsync(intent, "", cancellationToken);
        }
    }
}
