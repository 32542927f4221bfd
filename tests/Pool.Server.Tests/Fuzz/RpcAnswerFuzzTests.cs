using System.Text.Json.Nodes;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Fuzz;

/// <summary>Answers of nodes with some of their bytes changed: there is a value or an <see cref="RpcException"/>, and nothing else.</summary>
public sealed class RpcAnswerFuzzTests : RpcTest
{
    private const int Runs = 400;

    private static readonly Bytes32 s_hash = Bytes32.Keccak([1]);

    [Fact]
    public Task Changed_answers_are_read_or_refused()
    {
        Preferred.Answer = Answer;
        var rpc = Client(Limits with { Rounds = 1 }, Preferred.Url);
        return FuzzRun.TimesAsync(Runs, async random =>
        {
            Preferred.Damage = bytes => random.Next(4) == 0 ? Escape(bytes, random) : FuzzRun.Mutate(bytes, random);
            try
            {
                await AskAsync(rpc, random.Next(7));
            }
            catch (RpcException)
            {
                // Nothing could be made of it.
            }
        });
    }

    private static async Task AskAsync(JsonRpc rpc, int what)
    {
        var stop = CancellationToken.None;
        var call = new ContractCall(s_contract, default);
        _ = what switch
        {
            0 => (object?)await rpc.BlockAsync(BlockTag.Latest, stop),
            1 => await rpc.BlockAsync(s_hash, stop),
            2 => await rpc.LogsAsync(new LogFilter(1, 1, [s_contract], [s_hash]), stop),
            3 => await rpc.CallAsync([call, call], BlockTag.At(1), stop),
            4 => await rpc.EstimateGasAsync(call, stop),
            5 => await rpc.ReceiptsAsync([s_hash], stop),
            _ => await rpc.SendAsync(new byte[] { 2 }, stop),
        };
    }

    /// <summary>Puts the escape of half a character into a text.</summary>
    private static byte[] Escape(byte[] bytes, Random random)
    {
        var quotes = Enumerable.Range(0, bytes.Length).Where(place => bytes[place] == (byte)'"').ToArray();
        var changed = bytes.ToList();
        changed.InsertRange(quotes[random.Next(quotes.Length)] + 1, @"\ud800"u8.ToArray());
        return [.. changed];
    }

    private static JsonNode Answer(string method, JsonArray arguments) => method switch
    {
        "eth_getBlockByHash" => Block(),
        "eth_getLogs" => new JsonArray(Entry()),
        "eth_call" => "0x01",
        "eth_getTransactionReceipt" => new JsonObject
        {
            ["transactionHash"] = s_hash.ToString(),
            ["from"] = s_contract.ToString(),
            ["status"] = "0x1",
            ["blockNumber"] = "0x1",
            ["blockHash"] = s_hash.ToString(),
            ["gasUsed"] = "0x5208",
            ["effectiveGasPrice"] = "0x1",
            ["logs"] = new JsonArray(Entry()),
        },
        "eth_estimateGas" => throw new FakeError(3, "execution reverted: no", "0x08c379a0"),
        _ => throw new FakeError(-32000, "nonce too low", new JsonObject { ["data"] = "0x" }),
    };

    private static JsonObject Block()
    {
        var block = FakeNode.Block(1, l1: 5);
        block["hash"] = s_hash.ToString();
        return block;
    }

    private static JsonObject Entry() => new()
    {
        ["address"] = s_contract.ToString(),
        ["topics"] = new JsonArray(s_hash.ToString()),
        ["data"] = "0x00",
        ["blockNumber"] = "0x1",
        ["blockHash"] = s_hash.ToString(),
        ["transactionHash"] = s_hash.ToString(),
        ["logIndex"] = "0x0",
    };
}
