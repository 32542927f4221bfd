using System.Numerics;
using Google.Protobuf;
using Pool.Gateway.Cli;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Chain;

/// <summary>What the test gateway learns of its own account from Livepeer's TicketBroker, and what it does then.</summary>
public sealed class OwnFundsTests(OneLocalChain one) : ChainTest(one)
{
    private static readonly Wei s_deposit = Wei.OneEth * 2;
    private static readonly Wei s_reserve = Wei.OneEth * 3;

    private Address Broker => Chain.Contracts.TicketBroker.Address;

    [Fact]
    public async Task Account_with_funds_pays_what_its_deposit_covers_and_one_without_ends_its_stream()
    {
        await Chain.FundGatewayAsync(DevAccounts.Gateway, s_deposit, s_reserve);
        using var funds = new OwnFunds(Chain.Node.Url, Broker, DevAccounts.Gateway.Address, TimeProvider.System);
        Assert.Equal(new SenderFunds(s_deposit.Value, s_reserve.Value, BigInteger.Zero), await funds.NowAsync(CancellationToken.None));

        // Not disposed of: their keys are everybody's.
        var funded = new GatewayWallet(DevAccounts.Gateway, log: null, clock: null, funds);
        await funded.RequireFundsAsync(Terms(s_deposit), CancellationToken.None);
        var dear = await Assert.ThrowsAsync<AttemptException>(() => funded.RequireFundsAsync(Terms(s_deposit + new Wei(1)), CancellationToken.None));
        Assert.Equal($"ticket faceValue {s_deposit.Value + 1} > max faceValue {s_deposit.Value}", dear.Message);

        using var nothing = new OwnFunds(Chain.Node.Url, Broker, DevAccounts.Outsider.Address, TimeProvider.System);
        var poor = new GatewayWallet(DevAccounts.Outsider, log: null, clock: null, nothing);
        var broke = await Assert.ThrowsAsync<UserFaultException>(() => poor.RequireFundsAsync(Terms(s_deposit), CancellationToken.None));
        Assert.Equal($"{DevAccounts.Outsider.Address} cannot pay: no sender reserve.", broke.Message);
    }

    private static OrchestratorInfo Terms(Wei faceValue) => new()
    {
        TicketParams = new TicketParams
        {
            FaceValue = ByteString.CopyFrom(faceValue.Value.ToByteArray(isUnsigned: true, isBigEndian: true)),
            WinProb = ByteString.CopyFrom(BigInteger.Pow(2, 200).ToByteArray(isUnsigned: true, isBigEndian: true)),
        },
    };
}
