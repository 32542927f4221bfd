using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pool.Gateway.Network;

namespace Pool.Gateway.Payments;

/// <summary>The L1 block that is now: <c>l1BlockNumber</c> where there is one, else the block's own number (protocol §6.2).</summary>
/// <param name="node">Address of the node.</param>
/// <param name="time">The clock.</param>
public sealed class L1Clock(Uri node, TimeProvider time) : NodeFigure<BigInteger>(node, "which block it is", s_life, time)
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(1);

    /// <summary>The block.</summary>
    /// <exception cref="AttemptException">The node does not say.</exception>
    public Task<BigInteger> BlockAsync(CancellationToken cancellationToken) => LatestAsync(cancellationToken);

    /// <inheritdoc />
    protected override (string Method, object[] Parameters) Question() => ("eth_getBlockByNumber", ["latest", false]);

    /// <inheritdoc />
    protected override BigInteger Read(JsonElement result)
    {
        var text = (result.TryGetProperty("l1BlockNumber", out var l1) ? l1 : result.GetProperty("number")).GetString() ?? "";
        return BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
