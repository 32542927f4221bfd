using System.Globalization;
using Pool.Server.Chain.Rpc;
using Pool.Server.Node;

namespace Pool.Server.Chain;

/// <summary>From when on a block stays: what the chain calls so, or a number of blocks on top of it (<see cref="ChainOptions.Finality"/>).</summary>
internal sealed record FinalityRule(BlockTag? Tag, ulong Depth)
{
    /// <exception cref="StartUpException">It is neither a word nor a number.</exception>
    public static FinalityRule Parse(string text) => text switch
    {
        "finalized" => new FinalityRule(BlockTag.Finalized, 0),
        "safe" => new FinalityRule(BlockTag.Safe, 0),
        _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var depth) => new FinalityRule(null, depth),
        _ => throw new StartUpException($"Chain:Finality (POOL_CHAIN__FINALITY) is '{text}': it must be finalized, safe or a number of blocks."),
    };

    /// <summary>Number of the last block that stays; null while there is none.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task<ulong?> LastAsync(IEthereumRpc rpc, BlockHeader head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        ArgumentNullException.ThrowIfNull(head);
        if (Tag is { } tag)
        {
            return (await rpc.BlockAsync(tag, cancellationToken))?.Number;
        }

        return head.Number >= Depth ? head.Number - Depth : null;
    }
}
