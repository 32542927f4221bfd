using System.Globalization;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Chain;

/// <summary>From when on a block stays (<see cref="ChainOptions.Finality"/>).</summary>
public sealed record Finality
{
    private const string FinalizedWord = "finalized";

    private const string SafeWord = "safe";

    private readonly BlockTag? _tag;
    private readonly ulong _blocksOnTop;

    private Finality(BlockTag? tag, ulong blocksOnTop) => (_tag, _blocksOnTop) = (tag, blocksOnTop);

    /// <summary>Reads the setting; null when it is none.</summary>
    public static Finality? Parse(string text) => text switch
    {
        FinalizedWord => new Finality(BlockTag.Finalized, 0),
        SafeWord => new Finality(BlockTag.Safe, 0),
        _ when uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var blocks) => new Finality(null, blocks),
        _ => null,
    };

    /// <summary>Number of the newest block that stays; null when there is none yet.</summary>
    /// <param name="rpc">The node.</param>
    /// <param name="head">Number of the newest block.</param>
    /// <param name="cancellationToken">The server ends.</param>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task<ulong?> LastAsync(IEthereumRpc rpc, ulong head, CancellationToken cancellationToken)
    {
        if (_tag is { } tag)
        {
            return (await rpc.BlockAsync(tag, cancellationToken))?.Number;
        }

        return head >= _blocksOnTop ? head - _blocksOnTop : null;
    }
}
