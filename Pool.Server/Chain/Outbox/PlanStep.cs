using Pool.Server.Chain.Rpc;
using Pool.Server.Signing;

namespace Pool.Server.Chain.Outbox;

/// <summary>Gives planned intents their nonce, oldest first: estimate, sign and store, then send. What would revert is refused before it takes a nonce.</summary>
internal sealed class PlanStep(OutboxParts parts, OutboxWriter writer, OutboxMemory memory, SendStep sends, FinalStep finals)
{
    /// <summary>Gas of an estimate is taken times 13/10, rounded up: the part for L1 moves (contracts §10). What is not used is not charged.</summary>
    private const ulong MarginNumerator = 13;

    private const ulong MarginDenominator = 10;

    /// <param name="inFlight">How many are sent and in no block.</param>
    /// <param name="sight">The chain.</param>
    /// <param name="cancellationToken">The server ends.</param>
    public async Task RunAsync(int inFlight, ChainSight sight, CancellationToken cancellationToken)
    {
        var room = parts.Options.MaxInFlight - inFlight;
        if (room <= 0)
        {
            return;
        }

        foreach (var intent in await writer.PlannedAsync(room, memory.Refused, cancellationToken))
        {
            if (intent.IsCancelAsked)
            {
                await finals.RefuseAsync(intent, "cancelled before it was signed", cancellationToken);
                continue;
            }

            if (parts.Fees.First(sight.Head.BaseFee) is not { } fees)
            {
                await AlarmAsync(intent, $"waits: the base fee of {sight.Head.BaseFee.ToDigits()} wei is above Chain:MaxGasPrice of {parts.Fees.Ceiling?.ToDigits()}", cancellationToken);
                return;
            }

            if (await GasLimitAsync(intent, cancellationToken) is { } gasLimit && !await TrySignAndSendAsync(intent, fees, gasLimit, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Its gas limit; null when it would revert and so is refused.</summary>
    private async Task<ulong?> GasLimitAsync(StoredIntent intent, CancellationToken cancellationToken)
    {
        var order = intent.Order;
        if (order.GasLimit is { } given)
        {
            return given;
        }

        switch (await parts.Rpc.EstimateGasAsync(new ContractCall(order.To, order.Data) { From = writer.Sender.Account, Value = order.Value }, cancellationToken))
        {
            case GasEstimate.Needs needs:
                return checked((needs.Gas * MarginNumerator) + MarginDenominator - 1) / MarginDenominator;
            case GasEstimate.WouldRevert wouldRevert:
                await finals.RefuseAsync(intent, $"it would revert: {wouldRevert.Reason}", cancellationToken);
                return null;
            default:
                throw new InvalidOperationException("An estimate is gas or a reason.");
        }
    }

    /// <summary>Whether the next one may be tried.</summary>
    private async Task<bool> TrySignAndSendAsync(StoredIntent intent, Fees fees, ulong gasLimit, CancellationToken cancellationToken)
    {
        StoredIntent signed;
        try
        {
            signed = await writer.SignAsync(intent, fees, gasLimit, parts.Signer, cancellationToken);
        }
        catch (SignerException refused)
        {
            await AlarmAsync(intent, $"the signer does not sign it: {refused.Message}", cancellationToken);
            if (refused.IsRefusal)
            {
                memory.NoteRefused(intent.Id);
            }

            return refused.IsRefusal;
        }

        parts.Metrics.CountSigned("first");
        parts.Log.Signed(intent.Order.Key, signed.SentNonce, signed.LastAttempt.Hash);
        await sends.SendAsync(signed, cancellationToken);
        return true;
    }

    private async Task AlarmAsync(StoredIntent intent, string alarm, CancellationToken cancellationToken)
    {
        if (intent.Alarm != alarm)
        {
            await writer.AlarmAsync(intent, alarm, cancellationToken);
            parts.Log.Alarmed(intent.Order.Key, alarm);
        }
    }
}
