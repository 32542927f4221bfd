using Microsoft.Extensions.Options;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>The operator's prices, before what redemption costs is added (protocol §3.5).</summary>
internal sealed class PriceBook
{
    private readonly Dictionary<Address, Ratio> _own = [];
    private readonly Ratio _default;

    public PriceBook(IOptions<TicketsOptions> options)
    {
        _default = options.Value.DefaultPrice;
        foreach (var (sender, price) in options.Value.Prices)
        {
            if (Address.TryParse(sender, out var address, out _) && Ratio.TryParse(price, out var ratio))
            {
                _own[address] = ratio;
            }
        }
    }

    /// <summary>The price for a gateway, in wei per pixel.</summary>
    public Ratio Of(Address sender) => _own.GetValueOrDefault(sender, _default);
}
