namespace Pool.Server.Ledger;

/// <summary>Mistakes of the caller that are seen without the database.</summary>
internal static class OrderRules
{
    /// <exception cref="ArgumentException">The orders cannot be a posting.</exception>
    public static void Check(IReadOnlyList<LedgerOrder> orders)
    {
        if (orders.Count is 0 or > LedgerLimits.MaxTransfers)
        {
            throw new ArgumentException($"A posting has 1 to {LedgerLimits.MaxTransfers} transfers, not {orders.Count}.", nameof(orders));
        }

        var keys = new HashSet<string>(orders.Count, StringComparer.Ordinal);
        foreach (var order in orders)
        {
            CheckText(order.Key, "key");
            CheckText(order.Grounds.Actor, "actor");
            CheckText(order.Grounds.Source.Id, "source");
            ArgumentOutOfRangeException.ThrowIfNegative(order.Grounds.Epoch, nameof(orders));
            ArgumentOutOfRangeException.ThrowIfLessThan(order.Grounds.TermsVersion, 1, nameof(orders));
            if (!keys.Add(order.Key))
            {
                throw new ArgumentException($"The key {order.Key} is in the posting twice.", nameof(orders));
            }

            if (order is Transfer transfer)
            {
                Check(transfer);
            }
        }
    }

    private static void Check(Transfer transfer)
    {
        var asset = transfer.Amount.Asset;
        if (transfer.Debit.Asset != asset || transfer.Credit.Asset != asset)
        {
            throw new ArgumentException($"Transfer {transfer.Key} moves {asset.Code()} from {transfer.Debit} to {transfer.Credit}: all three must be of one asset.", nameof(transfer));
        }

        if (transfer.Debit.Code == transfer.Credit.Code)
        {
            throw new ArgumentException($"Transfer {transfer.Key} debits and credits {transfer.Debit}.", nameof(transfer));
        }

        // Also what default(LedgerAmount) is.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(transfer.Amount.Value, nameof(transfer));
    }

    private static void CheckText(string text, string what)
    {
        if (text.Length is 0 or > LedgerLimits.MaxText || text.Contains('\0'))
        {
            throw new ArgumentException($"The {what} of an order has 1 to {LedgerLimits.MaxText} characters and no NUL.", nameof(text));
        }
    }
}
