using System.Numerics;
using Microsoft.Extensions.Options;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>What gateways pay. Section <c>Tickets</c> of <c>pool.json</c>, <c>POOL_TICKETS__…</c> in the environment; without a chain nothing of it counts.</summary>
public sealed class TicketsOptions
{
    public const string Section = "Tickets";

    private const string ArbitrumPrefix = "arbitrum";

    /// <summary>What a ticket is worth on average, in wei (protocol §9.3, ticketEV). Default: 8 gwei.</summary>
    public string TicketEv { get; set; } = TicketTerms.DefaultExpectedValue.ToDigits();

    /// <summary>The highest face value that is offered, in wei; 0 is no limit (protocol §9.3, maxFaceValue).</summary>
    public string MaxFaceValue { get; set; } = "0";

    /// <summary>Price of <see cref="PixelsPerUnit"/> pixels, in wei; needed with a chain, 0 is free (protocol §9.3, pricePerUnit).</summary>
    public string? PricePerUnit { get; set; }

    /// <summary>Pixels that <see cref="PricePerUnit"/> is the price of.</summary>
    public string PixelsPerUnit { get; set; } = "1";

    /// <summary>Prices for gateways of their own: from an address to wei per pixel, as a fraction such as <c>1200/1</c>.</summary>
    public IDictionary<string, string> Prices { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the cost of redemption is added to the price (protocol §3.5, autoAdjustPrice).</summary>
    public bool IsPriceAdjusted { get; set; } = true;

    /// <summary>Gas of a redemption; empty is what the network takes (protocol §5.4).</summary>
    public string RedeemGas { get; set; } = "";

    /// <summary>Gas that a redemption is reckoned with.</summary>
    internal BigInteger RedeemGasOn(TicketsNetwork network) => RedeemGas.Length > 0 ? BigInteger.Parse(RedeemGas)
        : network.Name.StartsWith(ArbitrumPrefix, StringComparison.OrdinalIgnoreCase) ? TicketTerms.ArbitrumRedeemGas
        : TicketTerms.OtherRedeemGas;

    /// <summary>The price for gateways that have none of their own, in wei per pixel.</summary>
    internal Ratio DefaultPrice => PricePerUnit is { Length: > 0 } price ? new Ratio(BigInteger.Parse(price), BigInteger.Parse(PixelsPerUnit)) : Ratio.Zero;
}

/// <summary>All mistakes at once, each naming the setting.</summary>
internal sealed class TicketsOptionsValidator(TicketsNetwork network) : IValidateOptions<TicketsOptions>
{
    /// <summary>Prices go to gateways as two signed 64-bit numbers and grow by what redemption costs: this much is left for that.</summary>
    private static readonly BigInteger s_highest = BigInteger.Pow(10, 12);

    public ValidateOptionsResult Validate(string? name, TicketsOptions options)
    {
        var faults = new List<string>();
        if (!Wei.TryParseDigits(options.TicketEv, out var value) || value.IsZero)
        {
            faults.Add($"Tickets:TicketEv is '{options.TicketEv}': it must be a number of wei above 0.");
        }

        if (!Wei.TryParseDigits(options.MaxFaceValue, out var face) || (!face.IsZero && face < value))
        {
            faults.Add($"Tickets:MaxFaceValue is '{options.MaxFaceValue}': it must be 0 for no limit, or a number of wei that is not below Tickets:TicketEv.");
        }

        if (options.RedeemGas.Length > 0 && !IsNumber(options.RedeemGas, 1))
        {
            faults.Add($"Tickets:RedeemGas is '{options.RedeemGas}': it must be empty or a number above 0.");
        }

        faults.AddRange(PriceFaults(options));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> PriceFaults(TicketsOptions options)
    {
        if (string.IsNullOrEmpty(options.PricePerUnit))
        {
            if (network.IsOnChain)
            {
                yield return "Tickets:PricePerUnit is not set: say how many wei Tickets:PixelsPerUnit pixels cost (POOL_TICKETS__PRICE_PER_UNIT), 0 for nothing.";
            }
        }
        else if (!IsNumber(options.PricePerUnit, 0))
        {
            yield return $"Tickets:PricePerUnit is '{options.PricePerUnit}': it must be a number of wei from 0 to {s_highest}.";
        }

        if (!IsNumber(options.PixelsPerUnit, 1))
        {
            yield return $"Tickets:PixelsPerUnit is '{options.PixelsPerUnit}': it must be a number of pixels from 1 to {s_highest}.";
        }

        foreach (var (sender, price) in options.Prices)
        {
            if (!Address.TryParse(sender, out _, out var wrong))
            {
                yield return $"Tickets:Prices has '{sender}', which is no address: {wrong}";
            }

            if (!Ratio.TryParse(price, out var ratio) || ratio.Sign < 0 || ratio.Numerator > s_highest || ratio.Denominator > s_highest)
            {
                yield return $"Tickets:Prices:{sender} is '{price}': it must be wei per pixel as a fraction such as 1200/1, both parts at most {s_highest}.";
            }
        }
    }

    private static bool IsNumber(string text, BigInteger least) => Wei.TryParseDigits(text, out var number) && number.Value >= least && number.Value <= s_highest;
}
