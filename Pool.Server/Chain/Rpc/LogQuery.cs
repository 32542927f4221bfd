using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pool.Server.Chain.Rpc;

/// <summary>Reads logs in pieces that nodes answer: never more blocks at once than the limit, and half as many when that is too much.</summary>
internal sealed class LogQuery(EndpointPool endpoints, RpcLimits limits)
{
    /// <summary>All logs of the filter, in the chain's order.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task<IReadOnlyList<ChainLog>> ReadAsync(LogFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<ChainLog>();
        var blocks = limits.LogBlocks;
        for (var from = filter.From; from <= filter.To;)
        {
            var to = Math.Min(filter.To, from + (blocks - 1));
            var logs = await endpoints.AskAsync(
                $"logs of blocks {from} to {to}", (endpoint, stop) => PieceAsync(endpoint, filter, from, to, stop), cancellationToken);
            if (logs is null)
            {
                blocks = Math.Max(1, (to - from + 1) / 2);
                continue;
            }

            found.AddRange(logs);
            if (to == ulong.MaxValue)
            {
                break;
            }

            from = to + 1;
            blocks = Math.Min(limits.LogBlocks, blocks * 2);
        }

        return found;
    }

    /// <summary>The logs of a piece; null when they are too many for the node and the piece can still be cut.</summary>
    private static async Task<List<ChainLog>?> PieceAsync(RpcEndpoint endpoint, LogFilter filter, ulong from, ulong to, CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcReply> replies;
        try
        {
            // A node that has not come so far yet would answer the logs it has, as if there were no more.
            replies = await endpoint.AskAsync([new RpcQuestion("eth_blockNumber"), Question(filter, from, to)], cancellationToken);
        }
        catch (EndpointException fault) when (fault.IsTooLarge && from < to)
        {
            return null;
        }

        var head = RpcJson.Number(replies[0].Value);
        if (head < to)
        {
            throw new EndpointException($"its newest block is {head}, logs up to {to} are asked for") { IsIll = false };
        }

        if (replies[1].Error is { IsTooMany: true } && from < to)
        {
            return null;
        }

        return [.. RpcJson.List(replies[1].Value)
            .Where(log => RpcJson.Optional(log, "removed") is not { ValueKind: JsonValueKind.True })
            .Select(RpcJson.Log)
            .Select(log => Matches(log, filter, from, to) ? log : throw RpcJson.Wrong("a log that nobody asked for"))
            .OrderBy(log => log.BlockNumber).ThenBy(log => log.Index)];
    }

    private static RpcQuestion Question(LogFilter filter, ulong from, ulong to) => new("eth_getLogs", new JsonObject
    {
        ["fromBlock"] = RpcJson.Hex(from),
        ["toBlock"] = RpcJson.Hex(to),
        ["address"] = new JsonArray([.. filter.Contracts.Select(contract => JsonValue.Create(contract.ToString()))]),
        ["topics"] = new JsonArray(new JsonArray([.. filter.Topics.Select(topic => JsonValue.Create(topic.ToString()))])),
    });

    private static bool Matches(ChainLog log, LogFilter filter, ulong from, ulong to) =>
        log.BlockNumber >= from && log.BlockNumber <= to && filter.Contracts.Contains(log.Contract) && log.Topics.Count > 0 && filter.Topics.Contains(log.Topics[0]);
}
