using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>Checks the receipts that come over one connection, and keeps the good ones.</summary>
/// <param name="book">Where they are kept.</param>
/// <param name="pool">Address the pool said it signs with.</param>
/// <param name="nodeKey">This worker.</param>
/// <param name="payee">Who is to be credited.</param>
/// <param name="events">Who is told.</param>
internal sealed class ReceiptDesk(ReceiptBook book, Address pool, Address nodeKey, Address payee, IWorkerEvents events)
{
    /// <summary>Takes a receipt. Never throws: the work goes on whatever the pool writes.</summary>
    public void Take(SignedReceipt receipt)
    {
        if (Fault(receipt) is { } fault)
        {
            events.ReceiptRefused(fault);
            return;
        }

        try
        {
            book.Keep(receipt);
            events.Booked(receipt.Receipt);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            events.ReceiptRefused($"a receipt could not be kept: {Sentence.Of(failure)}");
        }
    }

    /// <summary>What is wrong with a receipt, as a sentence; null when nothing is.</summary>
    private string? Fault(SignedReceipt receipt)
    {
        if (receipt.Receipt is not { Renditions.Count: <= AssignmentRunner.MaxRenditions } body || !Enum.IsDefined(body.Role) || body.Renditions.Any(rendition => rendition is null))
        {
            return "the pool sent something that is no receipt";
        }

        var segment = body.AssignmentId.ToString("N")[..8];
        if (body.NodeKey != nodeKey.ToString())
        {
            return $"the receipt of segment {segment} is for another worker, {Sentence.Printable(body.NodeKey)}";
        }

        if (body.Payee != payee.ToString())
        {
            return $"the receipt of segment {segment} credits {Sentence.Printable(body.Payee)} instead of {payee}";
        }

        return body.Pool == pool.ToString() && receipt.IsSignedBy(pool)
            ? null
            : $"the receipt of segment {segment} is not signed by {pool}, as the pool said its receipts are";
    }
}
