using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pool.Server.Ledger;

/// <summary>When the ledger is checked.</summary>
public sealed class LedgerOptions
{
    public const string Section = "Ledger";

    /// <summary>Hour of the night, UTC, from which the ledger is checked once. Default: 3.</summary>
    [Range(0, 23)]
    public int CheckHour { get; set; } = 3;
}

[OptionsValidator]
internal sealed partial class LedgerOptionsValidator : IValidateOptions<LedgerOptions>;
