using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pool.Shared.Money;

namespace Pool.Server.Rounds;

/// <summary>Settings of rounds. Section <c>Rounds</c> of <c>pool.json</c>, <c>POOL_ROUNDS__…</c> in the environment.</summary>
public sealed class RoundsOptions
{
    public const string Section = "Rounds";

    /// <summary>Whether the reward of every round is called for (protocol §6.5).</summary>
    public bool Reward { get; set; } = true;

    /// <summary>Whether rounds are initialized when nobody else does (protocol §6.4).</summary>
    public bool Initialize { get; set; }

    /// <summary>Longest random wait before a round is initialized: others may do it as well, and only the first is of use.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan InitializeMaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From this share of the round on, in percent, a reward that was not called is an alarm: after the round it is lost for ever.</summary>
    [Range(1, 99)]
    public int RewardAlarmPercent { get; set; } = 50;

    /// <summary>Below this amount (e.g. <c>0.005 ETH</c>) on the orchestrator's key there is an alarm: it pays the gas of everything.</summary>
    [Required]
    public string GasFloatAlarm { get; set; } = "0.005 ETH";

    /// <summary><see cref="GasFloatAlarm"/> as an amount.</summary>
    internal Wei LeastGasFloat => Wei.TryParse(GasFloatAlarm, out var least, out _) ? least : throw new InvalidOperationException("The validator comes first.");
}

internal sealed class RoundsOptionsValidator : IValidateOptions<RoundsOptions>
{
    public ValidateOptionsResult Validate(string? name, RoundsOptions options)
    {
        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        var sentences = faults.Select(fault => fault.ErrorMessage ?? "invalid setting").ToList();
        if (!Wei.TryParse(options.GasFloatAlarm, out _, out var wrong))
        {
            sentences.Add($"Rounds:GasFloatAlarm is '{options.GasFloatAlarm}': {wrong}");
        }

        return sentences.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(sentences);
    }
}
