using Pool.Server.Node;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;
using static Pool.Server.Tests.Signing.SignerUnderTest;

namespace Pool.Server.Tests.Signing;

/// <summary>However it is asked, the signer signs for so much and no more.</summary>
public sealed class SignerCapTests : SignerClientTest
{
    [Fact]
    public async Task Fee_and_gas_of_one_transaction_have_caps()
    {
        Assert.Equal(
            "MaxFeePerGas: it offers 10000000001 wei for a gas, the cap is 10000000000",
            await RefusalAsync(Client, TransactionPurpose.Reward, Reward() with { MaxFeePerGas = new Wei(10_000_000_001) }));
        Assert.Equal(
            "MaxGasLimit: its gas limit is 6000001, the cap is 6000000", await RefusalAsync(Client, TransactionPurpose.Reward, Reward() with { GasLimit = 6_000_001 }));
        Assert.StartsWith("MaxFeePerGas", await RefusalAsync(Client, TransactionPurpose.Reward, Reward() with { MaxFeePerGas = Wei.MaxValue, GasLimit = ulong.MaxValue }), StringComparison.Ordinal);
        Assert.StartsWith("fees", await RefusalAsync(Client, TransactionPurpose.Reward, Reward() with { MaxPriorityFeePerGas = Wei.OneEth }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_has_so_many_transactions_of_a_purpose_and_a_nonce_counts_once()
    {
        for (ulong nonce = 0; nonce < 6; nonce++)
        {
            await SignAsync(Client, TransactionPurpose.Reward, Reward(nonce));
            await SignAsync(Client, TransactionPurpose.Reward, Reward(nonce) with { MaxFeePerGas = Wei.OneGwei * 2 });
        }

        Assert.Equal("PerDay:Reward: it would be number 7 today, the cap is 6 a day", await RefusalAsync(Client, TransactionPurpose.Reward, Reward(6)));
        await SignAsync(Client, TransactionPurpose.Cancellation, Transaction(Client.Account, [], 6));
    }

    [Fact]
    public async Task A_day_has_so_much_gas_and_the_next_day_begins_anew()
    {
        var dear = Reward() with { GasLimit = 5_000_000, MaxFeePerGas = Wei.OneGwei * 9 };
        await SignAsync(Client, TransactionPurpose.Reward, dear);
        Assert.Equal(
            "MaxGasCostPerDay: with it 0.09 ETH would be offered for gas today, the cap is 0.05 ETH a day", await RefusalAsync(Client, TransactionPurpose.Reward, dear with { Nonce = 1 }));

        Signer.Time.Forward(TimeSpan.FromDays(1));
        await SignAsync(Client, TransactionPurpose.Reward, dear with { Nonce = 1 });
        Signer.Time.Forward(TimeSpan.FromDays(-1));
        Assert.StartsWith("MaxGasCostPerDay", await RefusalAsync(Client, TransactionPurpose.Reward, dear with { Nonce = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payouts_have_caps_each_and_for_a_day_in_both_assets()
    {
        Assert.Equal(
            "MaxPayout: it pays 1.000000000000000001 ETH, the cap of one payout is 1 ETH", await RefusalAsync(Client, TransactionPurpose.Payout, PayEth(0, Wei.OneEth + Wei.One)));
        await SignAsync(Client, TransactionPurpose.Payout, PayEth(0, Wei.OneEth));
        await SignAsync(Client, TransactionPurpose.Payout, PayEth(1, Wei.OneEth));
        Assert.StartsWith("MaxPayoutPerDay: with it 2.000000000000000001 ETH", await RefusalAsync(Client, TransactionPurpose.Payout, PayEth(2, Wei.One)), StringComparison.Ordinal);

        Assert.StartsWith("MaxLptPayout: it pays 11 LPT", await RefusalAsync(Client, TransactionPurpose.Payout, PayLpt(2, 11)), StringComparison.Ordinal);
        await SignAsync(Client, TransactionPurpose.Payout, PayLpt(2, 10));
        Assert.StartsWith("MaxLptPayoutPerDay: with it 16 LPT", await RefusalAsync(Client, TransactionPurpose.Payout, PayLpt(3, 6)), StringComparison.Ordinal);
        await SignAsync(Client, TransactionPurpose.Payout, PayLpt(3, 5));
    }

    [Fact]
    public async Task Requests_at_once_do_not_get_past_a_cap_together()
    {
        var signed = await Task.WhenAll(Enumerable.Range(0, 40).Select(async nonce =>
        {
            try
            {
                await Client.SignAsync(TransactionPurpose.Reward, Reward((ulong)nonce), CancellationToken.None);
                return 1;
            }
            catch (SignerException refused) when (refused.IsRefusal)
            {
                return 0;
            }
        }));

        Assert.Equal(6, signed.Sum());
    }

    [Fact]
    public async Task A_restart_resets_no_cap_and_a_line_that_was_not_finished_was_never_signed()
    {
        await SignRewardsAsync(6);
        await Signer.StopAsync();
        var file = Assert.Single(Directory.EnumerateFiles(Signer.Folder, "signed-*.jsonl"));
        await File.AppendAllTextAsync(file, """{"nonce":7,"purp""");
        Signer.Start();

        Assert.StartsWith("PerDay:Reward", await RefusalAsync(Client, TransactionPurpose.Reward, Reward(6)), StringComparison.Ordinal);
        Assert.Equal(6, (await File.ReadAllLinesAsync(file)).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_damaged_record_of_the_day_stops_the_start()
    {
        await SignRewardsAsync(2);
        await Signer.StopAsync();
        var file = Assert.Single(Directory.EnumerateFiles(Signer.Folder, "signed-*.jsonl"));
        var lines = await File.ReadAllLinesAsync(file);
        await File.WriteAllLinesAsync(file, [lines[0], lines[1].Replace("Reward", "Rewrad", StringComparison.Ordinal)]);

        var damaged = Assert.Throws<StartUpException>(Signer.Start);
        Assert.Contains("is damaged in line 2", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_settings_are_named_all_at_once()
    {
        var settings = new SignerSettings { PayoutWallet = "0x12", MaxPayout = "1 euro", PerDay = { [TransactionPurpose.Reward] = -1 } };

        var wrong = Assert.Throws<StartUpException>(() => SignerTerms.Read(settings, Address.Zero)).Message;
        Assert.All(["PayoutWallet in signer.json", "MaxPayout in", "PerDay:Reward in"], name => Assert.Contains(name, wrong, StringComparison.Ordinal));
    }

    private static Transaction1559 Reward(ulong nonce = 0) => Transaction(Contracts.BondingManager, AbiFunction.Parse("reward()").EncodeCall(), nonce);

    private static Transaction1559 PayEth(ulong nonce, Wei amount) => Transaction(Stranger, [], nonce) with { Value = amount };

    private static Transaction1559 PayLpt(ulong nonce, int amount) =>
        Transaction(Contracts.LivepeerToken, AbiFunction.Parse("transfer(address,uint256)").EncodeCall(Stranger, LptWei.OneLpt * amount), nonce);

    private async Task SignRewardsAsync(int count)
    {
        for (var nonce = 0; nonce < count; nonce++)
        {
            await SignAsync(Client, TransactionPurpose.Reward, Reward((ulong)nonce));
        }
    }
}
