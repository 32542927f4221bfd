using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>Endpoints that are down, slow, wrong, behind or strange.</summary>
public sealed class BadWeatherTests : RpcTest
{
    [Fact]
    public async Task Only_the_preferred_endpoint_is_asked_while_it_is_well()
    {
        Assert.Equal(100ul, (await LatestAsync())!.Number);
        Assert.Equal(100ul, (await LatestAsync())!.Number);

        Assert.Empty(Other.Asked);
        Assert.Equal(["eth_chainId", "eth_blockNumber", "eth_getBlockByNumber", "eth_getBlockByNumber"], Preferred.Asked);
    }

    [Fact]
    public async Task Endpoint_that_is_down_is_replaced_by_the_next()
    {
        await Preferred.DisposeAsync();

        Assert.Equal(100ul, (await LatestAsync())!.Number);
        Assert.Equal(1, Other.Times("eth_getBlockByNumber"));
    }

    [Theory]
    [InlineData(StatusCodes.Status429TooManyRequests)]
    [InlineData(StatusCodes.Status401Unauthorized)]
    [InlineData(StatusCodes.Status500InternalServerError)]
    [InlineData(StatusCodes.Status307TemporaryRedirect)]
    public async Task Failing_endpoint_rests_and_comes_back(int status)
    {
        Preferred.Weather = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = Other.Url.ToString();
            return Task.FromResult(true);
        };
        await LatestAsync();
        var asked = Preferred.Asked.Count;

        await LatestAsync();
        Assert.Equal(asked, Preferred.Asked.Count);

        Preferred.Weather = _ => Task.FromResult(false);
        Time.Forward(Limits.FirstRest + TimeSpan.FromSeconds(1));
        await LatestAsync();
        Assert.Equal(1, Preferred.Times("eth_getBlockByNumber"));
        Assert.Equal(2, Other.Times("eth_getBlockByNumber"));
        Assert.Contains(Log.Lines, line => line.Contains("rests", StringComparison.Ordinal));
        Assert.Contains(Log.Lines, line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rest_grows_with_each_failure_in_a_row()
    {
        Preferred.Weather = Status(StatusCodes.Status503ServiceUnavailable);
        await LatestAsync();
        Time.Forward(Limits.FirstRest + TimeSpan.FromSeconds(1));
        await LatestAsync();
        var asked = Preferred.Asked.Count;

        Time.Forward(Limits.FirstRest + TimeSpan.FromSeconds(1));
        await LatestAsync();

        Assert.Equal(asked, Preferred.Asked.Count);
    }

    [Fact]
    public async Task Slow_endpoint_is_given_up_and_its_late_answer_is_nobodys()
    {
        var asked = new TaskCompletionSource();
        var late = new TaskCompletionSource();
        Preferred.Weather = async _ =>
        {
            asked.TrySetResult();
            await late.Task;
            return false;
        };
        Preferred.Head = 7;
        var latest = LatestAsync();
        await asked.Task;

        Time.Forward(Limits.Attempt);

        Assert.Equal(100ul, (await latest)!.Number);
        late.SetResult();
        Assert.Contains(Log.Lines, line => line.Contains("no answer within 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoint_on_another_chain_is_never_used_and_the_error_names_both_chains()
    {
        Preferred.ChainId = 1;
        Other.ChainId = 42161;
        Rpc.Dispose();
        var rpc = Client(Limits, WithSecrets(Preferred.Url), WithSecrets(Other.Url));

        var fault = await Assert.ThrowsAsync<RpcException>(() => rpc.GasPriceAsync(CancellationToken.None));

        Assert.Contains("chain 1, not on chain 31337", fault.Message, StringComparison.Ordinal);
        Assert.Contains("chain 42161, not on chain 31337", fault.Message, StringComparison.Ordinal);
        Assert.Contains(Preferred.Url.Authority, fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, Preferred.Times("eth_gasPrice") + Other.Times("eth_gasPrice"));
    }

    [Fact]
    public async Task Endpoint_that_comes_back_on_another_chain_is_not_used_again()
    {
        await LatestAsync();
        Preferred.Weather = Status(StatusCodes.Status500InternalServerError);
        await LatestAsync();
        Preferred.Weather = _ => Task.FromResult(false);
        Preferred.ChainId = 5;
        Time.Forward(Limits.LongestRest);

        await LatestAsync();

        // Once well, once in bad weather.
        Assert.Equal(2, Preferred.Times("eth_getBlockByNumber"));
        Assert.Equal(2, Other.Times("eth_getBlockByNumber"));
    }

    [Fact]
    public async Task What_is_secret_in_a_url_is_sent_and_never_shown()
    {
        Preferred.Answer = Other.Answer = (_, _) => "not a quantity";
        var rpc = Client(Limits, WithSecrets(Preferred.Url), WithSecrets(Other.Url));

        var fault = await Assert.ThrowsAsync<RpcException>(() => rpc.GasPriceAsync(CancellationToken.None));

        Assert.Equal($"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("user:p@ss"))}", Preferred.Authorization);
        Assert.All(Log.Lines.Append(fault.ToString()), line =>
        {
            Assert.DoesNotContain("p%40ss", line, StringComparison.Ordinal);
            Assert.DoesNotContain("p@ss", line, StringComparison.Ordinal);
            Assert.DoesNotContain("apikey", line, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":987654,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"x","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":"no"}""")]
    [InlineData("""<html><body>Bad gateway</body></html>""")]
    public async Task Answer_that_is_garbage_is_no_answer(string garbage)
    {
        Other.Answer = (_, _) => "0x5";
        Preferred.Weather = async context =>
        {
            await context.Response.WriteAsync(garbage);
            return true;
        };

        Assert.Equal(new Wei(5), await Rpc.GasPriceAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("\"5\"")]
    [InlineData("\"0x\"")]
    [InlineData("\"0x-5\"")]
    [InlineData("\"0xg\"")]
    [InlineData("\"0x10000000000000000000000000000000000000000000000000000000000000000\"")]
    [InlineData("{}")]
    public async Task Quantity_that_is_none_is_no_answer(string result)
    {
        Preferred.Answer = (_, _) => JsonNode.Parse(result);
        Other.Answer = (_, _) => "0xff";

        Assert.Equal(new Wei(255), await Rpc.GasPriceAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Connection_that_breaks_off_in_the_answer_is_no_answer()
    {
        Preferred.Weather = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"jsonrpc":"2.0",""");
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        Assert.Equal(100ul, (await LatestAsync())!.Number);
    }

    [Fact]
    public async Task Huge_answer_is_read_no_further_than_the_limit()
    {
        Preferred.Weather = async context =>
        {
            var piece = Encoding.ASCII.GetBytes(new string(' ', 1 << 16));
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(piece, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        };
        var rpc = Client(Limits with { AnswerBytes = 1 << 20 }, Preferred.Url, Other.Url);

        Assert.Equal(100ul, (await rpc.BlockAsync(BlockTag.Latest, CancellationToken.None))!.Number);
        Assert.Contains(Log.Lines, line => line.Contains("more than 1048576 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_of_a_batch_are_put_into_the_order_of_the_questions()
    {
        Preferred.Answer = (_, arguments) => arguments[0]!["data"]!.DeepClone();
        Preferred.Garble = answer => answer is JsonArray list ? new JsonArray([.. list.Reverse().Select(one => one!.DeepClone())]) : answer;
        ContractCall[] calls = [.. Enumerable.Range(0, 250).Select(index => new ContractCall(s_contract, new byte[] { (byte)index }))];

        var results = await Rpc.CallAsync(calls, BlockTag.At(5), CancellationToken.None);

        Assert.Equal(calls.Select(call => call.Data.Span[0]), results.Select(result => Assert.IsType<CallResult.Returned>(result).Data.Span[0]));
    }

    [Theory]
    [InlineData("twice")]
    [InlineData("missing")]
    [InlineData("refused")]
    public async Task Batch_that_is_not_answered_wholly_is_no_answer(string how)
    {
        Preferred.Answer = (_, _) => "0x00";
        Other.Answer = (_, _) => "0x01";
        await LatestAsync();
        Preferred.Garble = answer => (how, answer) switch
        {
            ("twice", JsonArray list) => new JsonArray(list[0]!.DeepClone(), list[1]!.DeepClone(), list[0]!.DeepClone()),
            ("missing", JsonArray list) => new JsonArray(list[0]!.DeepClone()),
            (_, JsonArray) => JsonNode.Parse("""{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"batch too large"}}""")!,
            _ => answer,
        };

        var results = await Rpc.CallAsync([new ContractCall(s_contract, default), new ContractCall(s_contract, default)], BlockTag.At(5), CancellationToken.None);

        Assert.All(results, result => Assert.Equal(1, Assert.IsType<CallResult.Returned>(result).Data.Span[0]));
    }

    [Fact]
    public async Task Read_that_fails_for_a_moment_is_asked_again()
    {
        var times = 0;
        Preferred.Answer = (_, _) => ++times < 3 ? throw new FakeError(-32603, "internal error") : "0x9";
        var rpc = Client(Limits, Preferred.Url);

        Assert.Equal(new Wei(9), await rpc.GasPriceAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Question_that_is_wrong_is_not_asked_again()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => Rpc.GasPriceAsync(CancellationToken.None));

        Assert.Equal((1, 1), (Preferred.Times("eth_gasPrice"), Other.Times("eth_gasPrice")));
        Assert.Contains("does not exist", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_who_gives_up_does_not_make_an_endpoint_ill()
    {
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        Preferred.Weather = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var latest = Rpc.BlockAsync(BlockTag.Latest, stop.Token);
        await asked.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => latest);
        Assert.Empty(Log.Lines);
    }

    private static Uri WithSecrets(Uri url) => new($"http://user:p%40ss@{url.Authority}/v2/apikey?token=apikey");
}
