using System.Numerics;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;
using static Pool.Server.Tests.Signing.SignerUnderTest;

namespace Pool.Server.Tests.Signing;

/// <summary>A transaction is signed only when it is what its purpose says.</summary>
public sealed class SignerRuleTests : SignerClientTest
{
    private static readonly BigInteger s_amount = 12_345;

    [Fact]
    public async Task A_result_hash_is_signed_as_a_personal_message()
    {
        var hash = Bytes32.Keccak("renditions"u8);
        var signature = await Client.SignHashAsync(hash, CancellationToken.None);

        Assert.True(PersonalMessage.IsSignedBy(Client.Account, hash.ToBytes(), signature));
        Assert.Equal(Signer.Key.Address, Client.Account);
    }

    [Fact]
    public async Task Every_purpose_has_calls_that_are_signed()
    {
        var us = Client.Account;
        var calls = new (TransactionPurpose Purpose, Address? To, byte[] Data)[]
        {
            (TransactionPurpose.TicketRedemption, Contracts.TicketBroker, TicketBrokerCalls.Redeem(Winner(us))),
            (TransactionPurpose.TicketRedemption, Contracts.TicketBroker, TicketBrokerCalls.Redeem([Winner(us), Winner(us)])),
            (TransactionPurpose.Reward, Contracts.BondingManager, Call("reward()")),
            (TransactionPurpose.Reward, Contracts.BondingManager, Call("rewardWithHint(address,address)", Stranger, Address.Zero)),
            (TransactionPurpose.RoundInitialization, Contracts.RoundsManager, Call("initializeRound()")),
            (TransactionPurpose.Withdrawal, Contracts.BondingManager, Call("withdrawFees(address,uint256)", Wallet, s_amount)),
            (TransactionPurpose.Withdrawal, Contracts.BondingManager, Call("withdrawStake(uint256)", 3L)),
            (TransactionPurpose.Withdrawal, Contracts.LivepeerToken, Call("transfer(address,uint256)", Wallet, s_amount)),
            (TransactionPurpose.Payout, Contracts.LivepeerToken, Call("transfer(address,uint256)", Stranger, s_amount)),
            (TransactionPurpose.Registration, Contracts.LivepeerToken, Call("approve(address,uint256)", Contracts.BondingManager!.Value, s_amount)),
            (TransactionPurpose.Registration, Contracts.BondingManager, Call("bond(uint256,address)", s_amount, us)),
            (TransactionPurpose.Registration, Contracts.BondingManager,
                Call("bondWithHint(uint256,address,address,address,address,address)", s_amount, us, Stranger, Stranger, Stranger, Stranger)),
            (TransactionPurpose.Registration, Contracts.BondingManager, Call("transcoder(uint256,uint256)", 1_000_000L, 0L)),
            (TransactionPurpose.Registration, Contracts.BondingManager, Call("transcoderWithHint(uint256,uint256,address,address)", 1_000_000L, 0L, Stranger, Stranger)),
            (TransactionPurpose.Registration, Contracts.ServiceRegistry, Call("setServiceURI(string)", "https://pool.example:8935")),
            (TransactionPurpose.Cancellation, us, []),
        };

        for (var nonce = 0; nonce < calls.Length; nonce++)
        {
            await SignAsync(Client, calls[nonce].Purpose, Transaction(calls[nonce].To, calls[nonce].Data, (ulong)nonce));
        }

        await SignAsync(Client, TransactionPurpose.Payout, Transaction(Stranger, [], 99) with { Value = Wei.OneEth });
    }

    [Fact]
    public async Task Every_purpose_refuses_what_takes_something_away()
    {
        var us = Client.Account;
        var wrong = new (TransactionPurpose Purpose, Address? To, byte[] Data, string Rule)[]
        {
            (TransactionPurpose.TicketRedemption, Contracts.TicketBroker, TicketBrokerCalls.Redeem(Winner(Stranger)), $"recipient: a ticket pays {Stranger}"),
            (TransactionPurpose.TicketRedemption, Contracts.TicketBroker, TicketBrokerCalls.Redeem([Winner(us), Winner(Stranger)]), "recipient"),
            (TransactionPurpose.TicketRedemption, Contracts.TicketBroker, Call("withdraw()"), "function: TicketRedemption calls redeemWinningTicket or batchRedeemWinningTickets"),
            (TransactionPurpose.TicketRedemption, Contracts.BondingManager, Call("reward()"), "contract: TicketRedemption goes to"),
            (TransactionPurpose.Reward, Contracts.BondingManager, Call("unbond(uint256)", s_amount), "function"),
            (TransactionPurpose.Reward, Stranger, Call("reward()"), "contract"),
            (TransactionPurpose.Reward, Contracts.BondingManager, [.. Call("reward()"), 1], "arguments"),
            (TransactionPurpose.RoundInitialization, Contracts.RoundsManager, [], "function"),
            (TransactionPurpose.Withdrawal, Contracts.BondingManager, Call("withdrawFees(address,uint256)", Stranger, s_amount), $"PayoutWallet: withdrawals go to {Wallet}, this one to {Stranger}"),
            (TransactionPurpose.Withdrawal, Contracts.LivepeerToken, Call("transfer(address,uint256)", Stranger, s_amount), "PayoutWallet"),
            (TransactionPurpose.Withdrawal, Contracts.BondingManager, Call("transferBond(address,uint256,address,address,address,address)", Stranger, s_amount, us, us, us, us), "function"),
            (TransactionPurpose.Payout, Contracts.LivepeerToken, Call("approve(address,uint256)", Stranger, s_amount), "function"),
            (TransactionPurpose.Registration, Contracts.LivepeerToken, Call("approve(address,uint256)", Stranger, s_amount), "spender"),
            (TransactionPurpose.Registration, Contracts.BondingManager, Call("bond(uint256,address)", s_amount, Stranger), "delegate"),
            (TransactionPurpose.Registration, Contracts.LivepeerToken, Call("transfer(address,uint256)", Stranger, s_amount), "function"),
            (TransactionPurpose.Cancellation, Stranger, [], "contract"),
            (TransactionPurpose.Cancellation, us, [1, 2, 3, 4], "function"),
        };

        foreach (var (purpose, to, data, rule) in wrong)
        {
            Assert.StartsWith(rule, await RefusalAsync(Client, purpose, Transaction(to, data)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_payouts_send_value_and_only_on_this_chain()
    {
        var reward = Transaction(Contracts.BondingManager, Call("reward()"));

        Assert.StartsWith("value: Reward sends no ETH", await RefusalAsync(Client, TransactionPurpose.Reward, reward with { Value = Wei.One }), StringComparison.Ordinal);
        Assert.StartsWith("chain: it is for chain 1, this key signs for 42161", await RefusalAsync(Client, TransactionPurpose.Reward, reward with { ChainId = 1 }), StringComparison.Ordinal);
        Assert.StartsWith("form", await RefusalAsync(Client, TransactionPurpose.Reward, reward with { To = null }), StringComparison.Ordinal);
        Assert.StartsWith("form", await RefusalAsync(Client, TransactionPurpose.Reward, reward with { AccessList = [new AccessListEntry(Stranger, [])] }), StringComparison.Ordinal);
        Assert.StartsWith("value", await RefusalAsync(Client, TransactionPurpose.Cancellation, Transaction(Client.Account, []) with { Value = Wei.One }), StringComparison.Ordinal);
        Assert.StartsWith("form", await RefusalAsync(Client, (TransactionPurpose)77, reward), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_payout_wallet_nothing_is_withdrawn_and_unknown_contracts_are_not_called()
    {
        await Signer.StopAsync();
        Signer.Settings.PayoutWallet = null;
        Signer.Settings.ChainId = 31337;
        Signer.Settings.BondingManager = Contracts.BondingManager.ToString();
        Signer.Settings.Orchestrator = Stranger.ToString();
        Signer.Settings.TicketBroker = Contracts.TicketBroker.ToString();
        Signer.Start();

        var withdrawal = Transaction(Contracts.BondingManager, Call("withdrawFees(address,uint256)", Wallet, s_amount)) with { ChainId = 31337 };
        Assert.StartsWith("PayoutWallet: it is not set", await RefusalAsync(Client, TransactionPurpose.Withdrawal, withdrawal), StringComparison.Ordinal);
        var round = Transaction(Contracts.RoundsManager, Call("initializeRound()")) with { ChainId = 31337 };
        Assert.Contains("a contract that is not set", await RefusalAsync(Client, TransactionPurpose.RoundInitialization, round), StringComparison.Ordinal);
        await SignAsync(Client, TransactionPurpose.Reward, Transaction(Contracts.BondingManager, Call("reward()")) with { ChainId = 31337 });
        await SignAsync(Client, TransactionPurpose.TicketRedemption, Transaction(Contracts.TicketBroker, TicketBrokerCalls.Redeem(Winner(Stranger)), 1) with { ChainId = 31337 });
    }

    private static byte[] Call(string signature, params AbiValue[] arguments) => AbiFunction.Parse(signature).EncodeCall(arguments);

    private static WinningTicket Winner(Address recipient)
    {
        var ticket = new Ticket
        {
            Recipient = recipient,
            Sender = Stranger,
            FaceValue = Wei.OneGwei,
            WinProbability = new WinProbability(BigInteger.One << 250),
            SenderNonce = 1,
            RecipientRandHash = Bytes32.Keccak("rand"u8),
            Created = new CreationRound(3, Bytes32.Keccak("round"u8)),
        };
        return new WinningTicket(ticket, new byte[65], new RecipientRand(s_amount));
    }
}
