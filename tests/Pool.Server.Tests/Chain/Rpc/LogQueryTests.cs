using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>Logs over many blocks, from nodes that give few at a time.</summary>
public sealed class LogQueryTests : RpcTest
{
    private static readonly Bytes32 s_topic = Bytes32.Keccak([1]);

    private readonly ConcurrentQueue<(ulong From, ulong To)> _pieces = new();

    [Fact]
    public async Task Query_is_cut_into_pieces_of_a_thousand_blocks()
    {
        Preferred.Head = 10_000;
        Preferred.Answer = (_, arguments) => Logs(arguments, most: int.MaxValue);

        var logs = await Rpc.LogsAsync(Filter(1, 2500), CancellationToken.None);

        Assert.Equal<(ulong, ulong)>([(1, 1000), (1001, 2000), (2001, 2500)], _pieces);
        Assert.Equal(Enumerable.Range(1, 2500).Select(number => (ulong)number), logs.Select(log => log.BlockNumber));
    }

    [Theory]
    [InlineData("query returned more than 10000 results")]
    [InlineData("Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range")]
    [InlineData("exceed maximum block range: 500")]
    public async Task Piece_with_too_many_logs_is_halved_and_none_is_lost(string words)
    {
        Preferred.Head = 10_000;
        Preferred.Answer = (_, arguments) => Logs(arguments, most: 300, words);

        var logs = await Rpc.LogsAsync(Filter(10, 2009), CancellationToken.None);

        Assert.Equal(Enumerable.Range(10, 2000).Select(number => (ulong)number), logs.Select(log => log.BlockNumber));
        Assert.Empty(Other.Asked);
    }

    [Fact]
    public async Task Answer_that_is_too_large_halves_the_piece_as_well()
    {
        Preferred.Head = 10_000;
        Preferred.Answer = (_, arguments) => Logs(arguments, most: int.MaxValue);
        var rpc = Client(Limits with { AnswerBytes = 100_000 }, Preferred.Url);

        var logs = await rpc.LogsAsync(Filter(1, 1000), CancellationToken.None);

        Assert.Equal(1000, logs.Count);
    }

    [Fact]
    public async Task Block_with_more_logs_than_any_node_gives_is_an_error_and_not_a_gap()
    {
        Preferred.Head = Other.Head = 10_000;
        Preferred.Answer = Other.Answer = (_, arguments) => Logs(arguments, most: 0);

        var fault = await Assert.ThrowsAsync<RpcException>(() => Rpc.LogsAsync(Filter(5, 6), CancellationToken.None));

        Assert.Contains("blocks 5 to 5", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_has_not_come_so_far_is_not_believed()
    {
        Preferred.Head = 40;
        Preferred.Answer = (_, arguments) => Logs(arguments, most: int.MaxValue, last: 40);
        Other.Head = 50;
        Other.Answer = (_, arguments) => Logs(arguments, most: int.MaxValue);

        var logs = await Rpc.LogsAsync(Filter(31, 50), CancellationToken.None);

        Assert.Equal(20, logs.Count);
    }

    [Fact]
    public async Task Logs_that_nobody_asked_for_are_not_believed()
    {
        Preferred.Answer = (_, _) => new JsonArray(Entry(7, Bytes32.Keccak([2])));
        Other.Answer = (_, arguments) => Logs(arguments, most: int.MaxValue);

        var logs = await Rpc.LogsAsync(Filter(7, 7), CancellationToken.None);

        Assert.Equal(s_topic, Assert.Single(logs).Topics[0]);
    }

    private static LogFilter Filter(ulong from, ulong to) => new(from, to, [s_contract], [s_topic]);

    private static JsonObject Entry(ulong block, Bytes32 topic) => new()
    {
        ["address"] = s_contract.ToString(),
        ["topics"] = new JsonArray(topic.ToString()),
        ["data"] = "0x",
        ["blockNumber"] = $"0x{block:x}",
        ["blockHash"] = Bytes32.Keccak([3]).ToString(),
        ["transactionHash"] = Bytes32.Keccak([4]).ToString(),
        ["logIndex"] = "0x0",
        ["removed"] = false,
    };

    /// <summary>A log in each block, unless that were too many.</summary>
    private JsonArray Logs(JsonArray arguments, int most, string words = "query returned more than 10000 results", ulong last = ulong.MaxValue)
    {
        var (from, to) = (Number(arguments[0]!["fromBlock"]!), Number(arguments[0]!["toBlock"]!));
        if ((int)(to - from) + 1 > most)
        {
            throw new FakeError(-32005, words);
        }

        _pieces.Enqueue((from, to));
        var logs = new JsonArray();
        for (var number = from; number <= Math.Min(to, last); number++)
        {
            logs.Add(Entry(number, s_topic));
        }

        return logs;
    }

    private static ulong Number(JsonNode hex) => ulong.Parse(((string)hex!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
