using Pool.Server.Node;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Signing;

/// <summary>What a signer signs: its settings, read and right.</summary>
/// <param name="Account">The key's account.</param>
/// <param name="ChainId">The only chain.</param>
/// <param name="Contracts">The only contracts.</param>
/// <param name="Recipients">Whom tickets may be paid to.</param>
/// <param name="PayoutWallet">Where withdrawals go; null when there are none.</param>
/// <param name="Caps">How much of everything.</param>
internal sealed record SignerTerms(
    Address Account, ulong ChainId, ContractSet Contracts, IReadOnlyList<Address> Recipients, Address? PayoutWallet, SignerCaps Caps)
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartUpException">One of them is wrong; all that are wrong are named.</exception>
    public static SignerTerms Read(SignerSettings settings, Address account)
    {
        var reader = new SettingReader();
        var known = settings.ChainId == ContractSet.ArbitrumOneChainId ? ContractSet.ArbitrumOne : ContractSet.None;
        var contracts = new ContractSet(
            reader.Account(nameof(settings.TicketBroker), settings.TicketBroker) ?? known.TicketBroker,
            reader.Account(nameof(settings.BondingManager), settings.BondingManager) ?? known.BondingManager,
            reader.Account(nameof(settings.RoundsManager), settings.RoundsManager) ?? known.RoundsManager,
            reader.Account(nameof(settings.ServiceRegistry), settings.ServiceRegistry) ?? known.ServiceRegistry,
            reader.Account(nameof(settings.LivepeerToken), settings.LivepeerToken) ?? known.LivepeerToken);
        var orchestrator = reader.Account(nameof(settings.Orchestrator), settings.Orchestrator);
        var wallet = reader.Account(nameof(settings.PayoutWallet), settings.PayoutWallet);
        var caps = new SignerCaps
        {
            MaxFeePerGas = reader.Eth(nameof(settings.MaxFeePerGas), settings.MaxFeePerGas),
            MaxGasLimit = settings.MaxGasLimit,
            MaxGasCostPerDay = reader.Eth(nameof(settings.MaxGasCostPerDay), settings.MaxGasCostPerDay),
            MaxPayout = reader.Eth(nameof(settings.MaxPayout), settings.MaxPayout),
            MaxPayoutPerDay = reader.Eth(nameof(settings.MaxPayoutPerDay), settings.MaxPayoutPerDay),
            MaxLptPayout = reader.Lpt(nameof(settings.MaxLptPayout), settings.MaxLptPayout),
            MaxLptPayoutPerDay = reader.Lpt(nameof(settings.MaxLptPayoutPerDay), settings.MaxLptPayoutPerDay),
            PerDay = SignerCaps.WithDefaults(settings.PerDay),
        };
        foreach (var (purpose, count) in settings.PerDay.Where(entry => entry.Value < 0))
        {
            reader.Fault($"PerDay:{purpose}", $"it is {count}, it must not be below zero");
        }

        reader.ThrowIfWrong();
        return new SignerTerms(account, settings.ChainId, contracts, orchestrator is { } other ? [account, other] : [account], wallet, caps);
    }

    /// <summary>Reads values and collects what is wrong with them.</summary>
    private sealed class SettingReader
    {
        private readonly List<string> _faults = [];

        public Address? Account(string name, string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return null;
            }

            if (Address.TryParse(text, out var address, out var error))
            {
                return address;
            }

            Fault(name, error);
            return null;
        }

        public Wei Eth(string name, string text)
        {
            if (!Wei.TryParseDigits(text, out var amount) && !Wei.TryParse(text, out amount, out var error))
            {
                Fault(name, error);
            }

            return amount;
        }

        public LptWei Lpt(string name, string text)
        {
            if (!LptWei.TryParseDigits(text, out var amount) && !LptWei.TryParse(text, out amount, out var error))
            {
                Fault(name, error);
            }

            return amount;
        }

        public void Fault(string name, string error) => _faults.Add($"{name} in {SignerSettings.FileName} (POOL_SIGNER__…): {error}.");

        public void ThrowIfWrong()
        {
            if (_faults.Count > 0)
            {
                throw new StartUpException(string.Join(" ", _faults));
            }
        }
    }
}
