namespace Pool.Server.Chain.Rpc;

/// <summary>What a node's words about a transaction mean: geth, Nitro and anvil say it each in their own.</summary>
internal static class SendWords
{
    private static readonly (SendVerdict Verdict, string[] Words)[] s_table =
    [
        (SendVerdict.Taken, ["already known", "known transaction", "already imported", "already exists", "alreadyknown"]),
        (SendVerdict.NonceTooLow, ["nonce too low", "nonce is too low", "nonce has already been used", "oldnonce"]),
        (SendVerdict.Underpriced,
        [
            "underpriced", "replacement fee too low", "insufficient gas price to replace", "less than block base fee", "feecap below", "fee cap less than",
            "gas price too low", "gas price below",
        ]),
        (SendVerdict.InsufficientFunds, ["insufficient funds", "insufficient balance", "insufficientfunds"]),
    ];

    /// <summary>What became of a transaction that was answered with an error.</summary>
    public static SendResult Read(RpcError error)
    {
        foreach (var (verdict, words) in s_table)
        {
            if (error.Has(words))
            {
                return new SendResult(verdict, error.Words);
            }
        }

        return new SendResult(error.IsIll ? SendVerdict.Unknown : SendVerdict.Refused, error.Words);
    }
}
