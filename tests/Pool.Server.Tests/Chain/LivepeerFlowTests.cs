using System.Numerics;
using System.Text.Json;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;
using Pool.Tests.Chain;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Chain;

/// <summary>
/// The way of the money on Livepeer's contracts: the main steps of the recorded run once more, with our encoder, transactions, tickets and decoder. What is
/// different between the contracts of then and now (chain, README) is left out.
/// </summary>
public sealed class LivepeerFlowTests(OneLocalChain one) : ChainTest(one)
{
    private const string ServiceUri = "https://pool.example:8935";
    private const long RewardCut = 100_000;
    private const long FeeShare = 500_000;

    private static readonly LptWei s_stake = LptWei.OneLpt * 10_000;
    private static readonly Wei s_deposit = Wei.OneEth * 2;
    private static readonly Wei s_faceValue = new(BigInteger.Parse("50000000000000000"));

    private static readonly JsonElement s_recorded = JsonSerializer.Deserialize<JsonElement>(
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pool.Shared.Tests", "Data", "Chain", "livepeer-flow.json")));

    private LivepeerContracts Contracts => Chain.Contracts;

    [Fact]
    public async Task Everything_is_found_by_the_Controller()
    {
        foreach (var contract in new[] { Contracts.BondingManager, Contracts.TicketBroker, Contracts.RoundsManager, Contracts.ServiceRegistry, Contracts.Minter, Contracts.LivepeerToken })
        {
            var found = await Chain.ReadAsync(Contracts.Controller, "getContract", [Pool.Shared.Livepeer.ContractId.Of(contract.Name)]);
            Assert.Equal(contract.Address, found[0].AsAddress());
        }

        Assert.False((await Chain.ReadAsync(Contracts.Controller, "paused")).AsFlag());
        Assert.True(await Chain.IsRoundInitializedAsync());
        Assert.Equal(1, await Chain.CurrentRoundAsync());
        Assert.Equal(LocalChain.Supply, (await Chain.ReadAsync(Contracts.Minter, "getGlobalTotalSupply")).AsLptWei());
    }

    [Fact]
    public async Task Registration_logs_what_the_recorded_one_did()
    {
        var orchestrator = DevAccounts.Orchestrator;
        await Chain.SendAsync(DevAccounts.Deployer, Contracts.LivepeerToken.Call("transfer", orchestrator.Address, s_stake));

        var receipts = await Chain.SendAsync(
            orchestrator,
            [
                Contracts.LivepeerToken.Call("approve", Contracts.BondingManager.Address, s_stake),
                Contracts.BondingManager.Call("bond", s_stake, orchestrator.Address),
                Contracts.BondingManager.Call("transcoder", RewardCut, FeeShare),
                Contracts.ServiceRegistry.Call("setServiceURI", ServiceUri),
            ]);

        Assert.Equal(RecordedEvents("LPT approve"), Events(receipts[0]));
        Assert.Equal(RecordedEvents("bond self (new orchestrator)"), Events(receipts[1]));
        Assert.Equal(RecordedEvents("transcoder"), Events(receipts[2]));
        Assert.Equal(RecordedEvents("setServiceURI"), Events(receipts[3]));
    }

    [Fact]
    public async Task Orchestrator_is_active_from_the_round_after_its_registration_on()
    {
        await RegisterAsync();
        Assert.False(await IsActiveAsync());

        await Chain.NextRoundAsync();

        Assert.True(await IsActiveAsync());
        var transcoder = await Chain.ReadAsync(Contracts.BondingManager, "getTranscoder", [DevAccounts.Orchestrator.Address]);
        Assert.Equal((RewardCut, FeeShare, 2), ((long)transcoder["rewardCut"].AsNumber(), (long)transcoder["feeShare"].AsNumber(), (long)transcoder["activationRound"].AsNumber()));
        Assert.Equal(ServiceUri, (await Chain.ReadAsync(Contracts.ServiceRegistry, "getServiceURI", [DevAccounts.Orchestrator.Address]))[0].AsText());
    }

    [Fact]
    public async Task Deposit_and_reserve_are_what_the_gateway_put_in()
    {
        await Chain.FundGatewayAsync(DevAccounts.Gateway, s_deposit, Wei.OneEth);

        var sender = await Chain.ReadAsync(Contracts.TicketBroker, "getSenderInfo", [DevAccounts.Gateway.Address]);

        Assert.Equal(s_deposit, sender[0].AsList()[0].AsWei());
        Assert.Equal(Wei.OneEth, sender[1].AsList()[0].AsWei());
    }

    [Fact]
    public async Task Winning_ticket_of_ours_pays_its_face_value_once()
    {
        await ReadyForTicketsAsync();
        var winner = (await WinnersAsync(1))[0];

        var hash = (await Chain.ReadAsync(Contracts.TicketBroker, "getTicketHash", [winner.Ticket.ToAbi()]))[0].AsBytes32();
        var receipt = await Chain.SendAsync(DevAccounts.Outsider, Redeem([winner], gas: 600_000));

        Assert.Equal(winner.Ticket.Hash(), hash);
        Assert.Equal(RecordedEvents("redeemWinningTicket (first of round)").Select(Name), Events(receipt).Select(Name));
        var redeemed = Log(receipt, Contracts.TicketBroker, "WinningTicketRedeemed");
        Assert.Equal((DevAccounts.Gateway.Address, DevAccounts.Orchestrator.Address), (redeemed["sender"].AsAddress(), redeemed["recipient"].AsAddress()));
        Assert.Equal((BigInteger.One, winner.Rand.Value), (redeemed["senderNonce"].AsNumber(), redeemed["recipientRand"].AsNumber()));
        Assert.Equal(winner.Ticket.Created.AuxData(), redeemed["auxData"].AsBytes());
        Assert.Equal(s_faceValue, Log(receipt, Contracts.TicketBroker, "WinningTicketTransfer")["amount"].AsWei());
        Assert.True((await Chain.ReadAsync(Contracts.TicketBroker, "usedTickets", [winner.Ticket.Hash()]))[0].AsFlag());

        var again = await Assert.ThrowsAsync<LocalChainException>(() => Chain.SendAsync(DevAccounts.Outsider, Redeem([winner], gas: 600_000)));
        Assert.Contains("ticket is used", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reward_is_called_once_a_round_and_fees_go_where_they_are_sent()
    {
        await ReadyForTicketsAsync();
        await Chain.SendAsync(DevAccounts.Outsider, Redeem(await WinnersAsync(1), gas: 600_000));

        var reward = await Chain.SendAsync(DevAccounts.Orchestrator, Contracts.BondingManager.Call("reward"));

        Assert.Equal(DevAccounts.Orchestrator.Address, Log(reward, Contracts.BondingManager, "Reward")["transcoder"].AsAddress());
        var again = await Assert.ThrowsAsync<LocalChainException>(() => Chain.SendAsync(DevAccounts.Orchestrator, Contracts.BondingManager.Call("reward")));
        Assert.Contains("caller has already called reward for the current round", again.Message, StringComparison.Ordinal);

        await Chain.NextRoundAsync();
        var round = await Chain.CurrentRoundAsync();
        var fees = (await Chain.ReadAsync(Contracts.BondingManager, "pendingFees", [DevAccounts.Orchestrator.Address, round]))[0].AsWei();
        var before = await Chain.Rpc.BalanceAsync(DevAccounts.WorkerA.Address, BlockTag.Latest, CancellationToken.None);
        var withdrawal = await Chain.SendAsync(DevAccounts.Orchestrator, Contracts.BondingManager.Call("withdrawFees", DevAccounts.WorkerA.Address, fees));

        // The contract's fractions lose a few wei, and nobody else has stake.
        Assert.InRange(fees.Value, s_faceValue.Value - 1000, s_faceValue.Value);
        Assert.Equal(before + fees, await Chain.Rpc.BalanceAsync(DevAccounts.WorkerA.Address, BlockTag.Latest, CancellationToken.None));
        Assert.Equal(RecordedEvents("withdrawFees (claims earnings)").Select(Name), Events(withdrawal).Select(Name));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Batch_with_an_estimated_limit_loses_a_ticket_and_says_that_all_is_well(int count)
    {
        await ReadyForTicketsAsync();
        var winners = await WinnersAsync(count);
        var call = new ContractCall(Contracts.TicketBroker.Address, TicketBrokerCalls.Redeem(winners)) { From = DevAccounts.Orchestrator.Address };
        var estimate = Assert.IsType<GasEstimate.Needs>(await Chain.Rpc.EstimateGasAsync(call, CancellationToken.None));

        var receipt = await Chain.SendAsync(DevAccounts.Orchestrator, Redeem(winners, estimate.Gas));

        Assert.True(receipt.IsSuccess);
        Assert.Equal(count - 1, Redeemed(receipt));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    public async Task Batch_with_a_limit_of_its_own_redeems_all_tickets(int count)
    {
        await ReadyForTicketsAsync();
        var winners = await WinnersAsync(count);

        var receipt = await Chain.SendAsync(DevAccounts.Orchestrator, Redeem(winners, (400_000 * (ulong)count) + 100_000));

        Assert.Equal(count, Redeemed(receipt));
    }

    [Fact]
    public async Task Ticket_is_redeemed_in_the_round_after_its_own_and_not_later()
    {
        await ReadyForTicketsAsync();
        var winners = await WinnersAsync(2);
        await Chain.NextRoundAsync();
        Assert.Equal(1, Redeemed(await Chain.SendAsync(DevAccounts.Outsider, Redeem([winners[0]], gas: 600_000))));

        await Chain.NextRoundAsync();

        var late = await Assert.ThrowsAsync<LocalChainException>(() => Chain.SendAsync(DevAccounts.Outsider, Redeem([winners[1]], gas: 600_000)));
        Assert.Contains("ticket is expired", late.Message, StringComparison.Ordinal);
    }

    private Task RegisterAsync() => Chain.RegisterOrchestratorAsync(DevAccounts.Orchestrator, s_stake, RewardCut, FeeShare, ServiceUri);

    private async Task ReadyForTicketsAsync()
    {
        await RegisterAsync();
        await Chain.FundGatewayAsync(DevAccounts.Gateway, s_deposit, Wei.OneEth);
        await Chain.NextRoundAsync();
    }

    private async Task<bool> IsActiveAsync() =>
        (await Chain.ReadAsync(Contracts.BondingManager, "isActiveTranscoder", [DevAccounts.Orchestrator.Address]))[0].AsFlag();

    /// <summary>Tickets of the gateway that all win, signed by it.</summary>
    private async Task<List<WinningTicket>> WinnersAsync(int count)
    {
        var created = await Chain.CreationRoundAsync();
        return [.. Enumerable.Range(1, count).Select(number =>
        {
            var rand = new RecipientRand(1000 + number);
            var ticket = new Ticket
            {
                Recipient = DevAccounts.Orchestrator.Address,
                Sender = DevAccounts.Gateway.Address,
                FaceValue = s_faceValue,
                WinProbability = WinProbability.Highest,
                SenderNonce = (uint)number,
                RecipientRandHash = rand.Hash(),
                Created = created,
            };
            return new WinningTicket(ticket, ticket.Sign(DevAccounts.Gateway), rand);
        })];
    }

    private DevCall Redeem(List<WinningTicket> winners, ulong gas) =>
        new(Contracts.TicketBroker.Address, winners.Count == 1 ? TicketBrokerCalls.Redeem(winners[0]) : TicketBrokerCalls.Redeem(winners)) { Gas = gas };

    private int Redeemed(TransactionReceipt receipt) =>
        receipt.Logs.Count(log => Contracts.TicketBroker.Abi.Event("WinningTicketRedeemed").Matches(log.Topics));

    private static AbiArguments Log(TransactionReceipt receipt, DeployedContract contract, string name)
    {
        var known = contract.Abi.Event(name);
        var log = Assert.Single(receipt.Logs, log => log.Contract == contract.Address && known.Matches(log.Topics));
        return known.DecodeLog(log.Topics, log.Data);
    }

    /// <summary>Contract, event and values of each log; the contracts' own addresses, which differ from run to run, as their names.</summary>
    private List<string> Events(TransactionReceipt receipt) => [.. receipt.Logs.Select(log =>
    {
        var contract = Contracts.All.Single(contract => contract.Address == log.Contract);
        var known = contract.Abi.FindEvent(log.Topics)!;
        var values = known.DecodeLog(log.Topics, log.Data).Select(value => value is AbiValue.Account { Value: var account } ? NameOf(account) : value.ToString());
        return $"{contract.Name}.{known.Signature} {string.Join(", ", values)}";
    })];

    private string NameOf(Address account) => Contracts.All.FirstOrDefault(contract => contract.Address == account)?.Name ?? account.ToString();

    private static List<string> RecordedEvents(string transaction)
    {
        var addresses = s_recorded.GetProperty("addresses").EnumerateObject().ToDictionary(entry => entry.Value.GetString()!, entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        var recorded = s_recorded.GetProperty("txs").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == transaction);
        // The contracts of the package are from before the votes.
        var logs = recorded.GetProperty("logs").EnumerateArray().Select(log => log.GetProperty("parsed")).Where(log => log.GetProperty("contract").GetString() != "BondingVotes");
        return [.. logs.Select(log =>
        {
            var values = log.GetProperty("args").EnumerateObject().Select(argument => argument.Value.ToString()).Select(value => addresses.GetValueOrDefault(value, value));
            return $"{log.GetProperty("contract").GetString()}.{log.GetProperty("event").GetString()} {string.Join(", ", values)}";
        })];
    }

    private static string Name(string shown) => shown[..shown.IndexOf(' ', StringComparison.Ordinal)];
}
