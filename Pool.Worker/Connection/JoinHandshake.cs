using System.Text;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>The pool does not take this worker. Its sentence is the message; trying again would not help.</summary>
public sealed class JoinRefusedException(string reason) : Exception(reason);

/// <summary>Who we are and what we offer when we join.</summary>
internal sealed record WorkerOffer(EthereumKey NodeKey, Address Payee, string Device, IReadOnlyList<int> Capabilities, int Sessions, string Software);

/// <summary>Proves the node key to the pool and names the payee (<c>docs/protocol.md</c>, Joining).</summary>
internal static class JoinHandshake
{
    /// <summary>Joins and returns how many segments at once the pool will send.</summary>
    /// <exception cref="JoinRefusedException">The pool refused.</exception>
    public static async Task<int> JoinAsync(PoolConnection connection, Uri pool, WorkerOffer offer, CancellationToken cancellationToken)
    {
        var welcome = await connection.HelloAsync(new Hello(WorkerLink.ProtocolVersion, offer.Software), cancellationToken);
        if (welcome.Refusal is { } refusal)
        {
            throw new JoinRefusedException(refusal);
        }

        var verdict = await connection.JoinAsync(Request(pool, welcome.Nonce, offer), cancellationToken);
        return verdict.Accepted ? verdict.AcceptedCapacity : throw new JoinRefusedException(verdict.Reason ?? "the pool gave no reason");
    }

    private static JoinRequest Request(Uri pool, string nonce, WorkerOffer offer)
    {
        var (nodeKey, payee) = (offer.NodeKey.Address.ToString(), offer.Payee.ToString());
        var text = WorkerLink.JoinText(pool.Authority, nonce, nodeKey, payee);
        var signature = offer.NodeKey.Sign(Encoding.UTF8.GetBytes(text));
        return new JoinRequest(nodeKey, payee, $"0x{Convert.ToHexStringLower(signature)}", offer.Device, offer.Capabilities, offer.Sessions);
    }
}
