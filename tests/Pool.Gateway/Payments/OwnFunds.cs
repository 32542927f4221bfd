using System.Numerics;
using System.Text.Json;
using Pool.Gateway.Network;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Gateway.Payments;

/// <summary>What a sender has in the TicketBroker, in wei.</summary>
/// <param name="Deposit">What winning tickets are paid from first.</param>
/// <param name="Reserve">What they are paid from then.</param>
/// <param name="WithdrawRound">Round from which it may take both back; zero when it does not want to.</param>
public readonly record struct SenderFunds(BigInteger Deposit, BigInteger Reserve, BigInteger WithdrawRound);

/// <summary>What the gateway itself has in the TicketBroker, as a stock one looks before it pays (protocol §5.8; <c>TicketBroker.getSenderInfo</c>).</summary>
/// <param name="node">Address of the node.</param>
/// <param name="broker">The TicketBroker.</param>
/// <param name="sender">The gateway's account.</param>
/// <param name="time">The clock.</param>
public sealed class OwnFunds(Uri node, Address broker, Address sender, TimeProvider time) : NodeFigure<SenderFunds>(node, $"what {sender} has in the TicketBroker {broker}", s_life, time)
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(1);

    private static readonly AbiFunction s_getSenderInfo = AbiFunction.Parse(
        "function getSenderInfo(address sender) view returns ((uint256 deposit, uint256 withdrawRound) sender, (uint256 fundsRemaining, uint256 claimedInCurrentRound) reserve)");

    /// <summary>The funds.</summary>
    /// <exception cref="AttemptException">The node does not say.</exception>
    public Task<SenderFunds> NowAsync(CancellationToken cancellationToken) => LatestAsync(cancellationToken);

    /// <inheritdoc />
    protected override (string Method, object[] Parameters) Question() =>
        ("eth_call", [new { to = broker.ToString(), data = $"0x{Convert.ToHexStringLower(s_getSenderInfo.EncodeCall(sender))}" }, "latest"]);

    /// <inheritdoc />
    protected override SenderFunds Read(JsonElement result)
    {
        var answer = s_getSenderInfo.DecodeResult(Convert.FromHexString((result.GetString() ?? "")[2..]));
        IReadOnlyList<AbiValue> own = answer[0].AsList(), reserve = answer[1].AsList();
        return new SenderFunds(own[0].AsNumber(), reserve[0].AsNumber(), own[1].AsNumber());
    }
}
