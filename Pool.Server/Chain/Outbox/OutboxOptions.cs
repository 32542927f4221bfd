using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pool.Shared.Money;

namespace Pool.Server.Chain.Outbox;

/// <summary>How transactions are sent. Section <c>Outbox</c>; what a gas may cost is in <see cref="ChainOptions"/>.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>Tip for a gas, in wei. Default: 0, as Arbitrum takes none (contracts §10).</summary>
    public string PriorityFee { get; set; } = "0";

    /// <summary>An attempt without a receipt for so long, whose fee is below the base fee, is replaced. Default: 1 minute (chain §5).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes without a receipt are sent again after this time: a node may have dropped them. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An intent that the signer refused is shown to it again after this time: its caps are those of a day. Default: 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AskSignerAgainAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Transactions that are sent and in no block, at most: nodes keep 16 of an account for sure.</summary>
    [Range(1, 64)]
    public int MaxInFlight { get; set; } = 16;
}

[OptionsValidator]
internal sealed partial class OutboxOptionsValidator : IValidateOptions<OutboxOptions>;

/// <summary>What data annotations cannot say.</summary>
internal sealed class OutboxAmountsValidator : IValidateOptions<OutboxOptions>
{
    public ValidateOptionsResult Validate(string? name, OutboxOptions options) => Wei.TryParseDigits(options.PriorityFee, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"Outbox:PriorityFee (POOL_OUTBOX__PRIORITY_FEE) is '{options.PriorityFee}': it must be wei in decimal digits.");
}
