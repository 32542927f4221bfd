using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Tickets.Redemption;

/// <summary>How winning tickets are redeemed. Section <c>Redemption</c> of <c>pool.json</c>, <c>POOL_REDEMPTION__…</c> in the environment.</summary>
public sealed class RedemptionOptions
{
    public const string Section = "Redemption";

    /// <summary>Most tickets of one transaction: together they cost less than half the gas (chain §3). With 1 each goes alone, as the network's own nodes do it.</summary>
    [Range(1, 50)]
    public int MaxBatch { get; set; } = 10;

    /// <summary>Gas limit of a batch for each ticket. Never estimated: an estimate starves the last ticket (chain §3).</summary>
    internal const ulong BatchGasPerTicket = 400_000;

    /// <summary>Gas limit of a batch besides its tickets.</summary>
    internal const ulong BatchGasBase = 100_000;
}

[OptionsValidator]
internal sealed partial class RedemptionOptionsValidator : IValidateOptions<RedemptionOptions>;
