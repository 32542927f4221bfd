using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>What nodes say, each in its own words, about calls, transactions and blocks.</summary>
public sealed class NodeWordsTests : RpcTest
{
    /// <summary>Error("ticket is used").</summary>
    private const string Used =
        "0x08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000e" +
        "7469636b65742069732075736564000000000000000000000000000000000000";

    private static readonly byte[] s_transaction = [2, 1, 2, 3];

    /// <summary>Reverts with a reason, as geth, Nitro and anvil, hardhat, Nethermind and gateways before them say it.</summary>
    [Theory]
    [InlineData(3, "execution reverted: ticket is used", $"\"{Used}\"")]
    [InlineData(3, "execution reverted", $"\"{Used}\"")]
    [InlineData(-32603, "VM Exception while processing transaction: reverted with reason string 'ticket is used'", $$"""{"data":"{{Used}}","message":"x"}""")]
    [InlineData(-32015, "VM execution error.", $"\"Reverted {Used}\"")]
    [InlineData(-32000, "call failed", $"\"{Used}\"")]
    [InlineData(-32000, "execution reverted: ticket is used", null)]
    public async Task Revert_is_an_answer_with_its_reason(int code, string message, string? data)
    {
        Preferred.Answer = (_, _) => throw new FakeError(code, message, data is null ? null : JsonNode.Parse(data));
        var call = new ContractCall(s_contract, default);

        var result = Assert.Single(await Rpc.CallAsync([call], BlockTag.Latest, CancellationToken.None));
        var estimate = await Rpc.EstimateGasAsync(call, CancellationToken.None);

        Assert.Equal(new RevertReason.Message("ticket is used"), Assert.IsType<CallResult.Reverted>(result).Reason);
        Assert.Equal(new RevertReason.Message("ticket is used"), Assert.IsType<GasEstimate.WouldRevert>(estimate).Reason);
        Assert.Empty(Other.Asked);
    }

    [Theory]
    [InlineData(-32000, "execution reverted", null)]
    [InlineData(3, "execution reverted", "\"0x\"")]
    public async Task Revert_without_a_reason_is_one_all_the_same(int code, string message, string? data)
    {
        Preferred.Answer = (_, _) => throw new FakeError(code, message, data is null ? null : JsonNode.Parse(data));

        var results = await Rpc.CallAsync([new ContractCall(s_contract, default)], BlockTag.Latest, CancellationToken.None);

        Assert.IsType<RevertReason.None>(Assert.IsType<CallResult.Reverted>(results[0]).Reason);
    }

    [Theory]
    [InlineData(-32000, "header not found")]
    [InlineData(-32000, "missing trie node 1234 (path )")]
    [InlineData(-32005, "daily request count exceeded, request rate limited")]
    [InlineData(429, "Too Many Requests")]
    public async Task Node_that_cannot_answer_is_not_a_revert(int code, string message)
    {
        Preferred.Answer = (_, _) => throw new FakeError(code, message);
        Other.Answer = (_, _) => "0x07";

        var results = await Rpc.CallAsync([new ContractCall(s_contract, default)], BlockTag.At(99), CancellationToken.None);

        Assert.Equal(7, Assert.IsType<CallResult.Returned>(results[0]).Data.Span[0]);
    }

    [Theory]
    [InlineData("already known", SendVerdict.Taken)] // geth, Nitro
    [InlineData("known transaction: 0xabc", SendVerdict.Taken)]
    [InlineData("transaction already imported", SendVerdict.Taken)] // anvil
    [InlineData("nonce too low", SendVerdict.NonceTooLow)]
    [InlineData("nonce too low: next nonce 5, tx nonce 4", SendVerdict.NonceTooLow)]
    [InlineData("replacement transaction underpriced", SendVerdict.Underpriced)]
    [InlineData("transaction underpriced: tip needed 1, tip permitted 0", SendVerdict.Underpriced)]
    [InlineData("max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 10", SendVerdict.Underpriced)]
    [InlineData("insufficient funds for gas * price + value: address 0x1 have 1 want 2", SendVerdict.InsufficientFunds)]
    [InlineData("Insufficient funds for gas * price + value", SendVerdict.InsufficientFunds)]
    [InlineData("exceeds block gas limit", SendVerdict.Refused)]
    [InlineData("nonce too high", SendVerdict.Refused)]
    [InlineData("invalid sender", SendVerdict.Refused)]
    [InlineData("rate limit reached", SendVerdict.Unknown)]
    [InlineData("internal error", SendVerdict.Unknown)]
    public async Task Words_about_a_transaction_become_a_verdict(string words, SendVerdict verdict)
    {
        Preferred.Answer = (_, _) => throw new FakeError(-32000, words);

        var result = await Rpc.SendAsync(s_transaction, CancellationToken.None);

        Assert.Equal(new SendResult(verdict, words), result);
        Assert.Equal((1, 0), (Preferred.Times("eth_sendRawTransaction"), Other.Asked.Count));
    }

    [Fact]
    public async Task Transaction_is_taken_when_the_node_answers_its_hash_and_no_other()
    {
        Preferred.Answer = (_, arguments) => (string)arguments[0]! == "0x02010203" ? Bytes32.Keccak(s_transaction).ToString() : throw new FakeError(0, "not these bytes");
        Assert.Equal(SendVerdict.Taken, (await Rpc.SendAsync(s_transaction, CancellationToken.None)).Verdict);

        Preferred.Answer = (_, _) => Bytes32.Keccak([9]).ToString();
        Assert.Equal(SendVerdict.Unknown, (await Rpc.SendAsync(s_transaction, CancellationToken.None)).Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Transaction_whose_answer_is_lost_is_sent_once_and_unknown(bool breaksOff)
    {
        await LatestAsync();
        Preferred.Weather = context =>
        {
            if (breaksOff)
            {
                context.Abort();
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
            }

            return Task.FromResult(true);
        };

        var result = await Rpc.SendAsync(s_transaction, CancellationToken.None);

        Assert.Equal(SendVerdict.Unknown, result.Verdict);
        Assert.Equal((1, 0), (Preferred.Times("eth_sendRawTransaction"), Other.Times("eth_sendRawTransaction")));
    }

    [Fact]
    public async Task Transaction_that_cannot_have_been_sent_goes_to_the_next_endpoint()
    {
        Other.Answer = (_, _) => Bytes32.Keccak(s_transaction).ToString();
        // On a connection that is still open it could not be told whether anything was sent.
        Preferred.Weather = context =>
        {
            context.Response.Headers.Connection = "close";
            return Task.FromResult(false);
        };
        await LatestAsync();
        await Preferred.DisposeAsync();

        Assert.Equal(SendVerdict.Taken, (await Rpc.SendAsync(s_transaction, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Transaction_that_reaches_nobody_is_unknown()
    {
        await Preferred.DisposeAsync();
        await Other.DisposeAsync();

        Assert.Equal(SendVerdict.Unknown, (await Rpc.SendAsync(s_transaction, CancellationToken.None)).Verdict);
    }

    [Fact]
    public async Task Number_that_contracts_see_is_L1s_where_there_is_one()
    {
        Preferred.Answer = (_, _) => FakeNode.Block(50, l1: 22_000_000);
        Assert.Equal((50ul, 22_000_000ul), await NumbersAsync());

        Preferred.Answer = (_, _) => FakeNode.Block(50);
        Assert.Equal((50ul, 50ul), await NumbersAsync());
    }

    [Fact]
    public async Task Block_that_is_not_there_is_null_and_another_block_is_no_answer()
    {
        Preferred.Answer = (_, _) => null;
        Assert.Null(await Rpc.BlockAsync(BlockTag.At(50), CancellationToken.None));
        Assert.Null(await Rpc.BlockAsync(Bytes32.Keccak([5]), CancellationToken.None));

        Preferred.Answer = (_, _) => FakeNode.Block(51);
        Other.Answer = (_, _) => FakeNode.Block(50);
        Assert.Equal(50ul, (await Rpc.BlockAsync(BlockTag.At(50), CancellationToken.None))!.Number);
    }

    [Fact]
    public async Task Several_calls_are_made_at_one_and_the_same_block()
    {
        Preferred.Answer = (_, arguments) =>
        {
            // A block comes between any two questions.
            Preferred.Head++;
            return arguments[1]!.DeepClone() is var at && ((string)at!).Length % 2 == 0 ? (string)at! : "0x0" + ((string)at!)[2..];
        };

        var results = await Rpc.CallAsync([new ContractCall(s_contract, default), new ContractCall(s_contract, default)], BlockTag.Latest, CancellationToken.None);

        Assert.All(results, result => Assert.Equal(100, Assert.IsType<CallResult.Returned>(result).Data.Span[0]));
    }

    private async Task<(ulong Number, ulong L1Number)> NumbersAsync()
    {
        var header = await Rpc.BlockAsync(BlockTag.At(50), CancellationToken.None);
        return (header!.Number, header.L1Number);
    }
}
