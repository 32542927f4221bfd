using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>Who joins, for whom, and with what.</summary>
/// <param name="NodeKey">The worker's identity.</param>
/// <param name="Payee">Address that is paid.</param>
/// <param name="Device">The device that transcodes.</param>
/// <param name="Capabilities">Numbers of the network's capabilities the device has.</param>
/// <param name="WishedCapacity">Segments at once that the worker wishes to take.</param>
/// <param name="Software">Name and version of this program.</param>
internal sealed record WorkerIdentity(
    EthereumKey NodeKey, Address Payee, string Device, IReadOnlyList<int> Capabilities, int WishedCapacity, string Software);

/// <summary>How a join ended.</summary>
internal abstract record JoinOutcome
{
    private JoinOutcome()
    {
    }

    /// <param name="WorkerId">The pool's id of this worker.</param>
    /// <param name="Capacity">Segments at once that the pool will send, never more than were wished.</param>
    /// <param name="ReceiptKey">Address of the key that signs the pool's receipts.</param>
    public sealed record Accepted(Guid WorkerId, int Capacity, Address ReceiptKey) : JoinOutcome;

    /// <param name="Reason">The pool's sentence, fit for a terminal.</param>
    public sealed record Refused(string Reason) : JoinOutcome;
}

/// <summary>Hello, Welcome, Join, JoinVerdict: proves the node key on a fresh connection (<c>docs/protocol.md</c>, Joining).</summary>
internal sealed class JoinHandshake(PoolAddress pool, WorkerIdentity identity)
{
    private const int NonceDigits = WorkerLink.SecretBytes * 2;
    private const string NoReason = "the pool gave no reason";

    /// <summary>Joins on <paramref name="hub"/>, which is connected, with the assignments that are still in work.</summary>
    public async Task<JoinOutcome> RunAsync(HubConnection hub, IReadOnlyList<Guid> held, CancellationToken cancellationToken)
    {
        var welcome = await hub.InvokeAsync<Welcome>(
            nameof(IWorkerHub.Hello), new Hello(WorkerLink.ProtocolVersion, identity.Software), cancellationToken);
        if (Refusal(welcome) is { } refusal)
        {
            return new JoinOutcome.Refused(refusal);
        }

        var verdict = await hub.InvokeAsync<JoinVerdict>(nameof(IWorkerHub.Join), Request(welcome.Nonce, held), cancellationToken);
        if (!verdict.Accepted)
        {
            return new JoinOutcome.Refused(OneLine(verdict.Reason));
        }

        return Address.TryParse(verdict.ReceiptKey, out var receiptKey, out _)
            ? new JoinOutcome.Accepted(verdict.WorkerId, Math.Clamp(verdict.AcceptedCapacity, 0, identity.WishedCapacity), receiptKey)
            : new JoinOutcome.Refused("it took this worker in, but named no address for its receipts");
    }

    /// <summary>A worker signs nothing but a nonce of the agreed form: the text around it stays the one both sides know.</summary>
    private static string? Refusal(Welcome welcome)
    {
        if (welcome.Refusal is not null)
        {
            return OneLine(welcome.Refusal);
        }

        if (welcome.ProtocolVersion != WorkerLink.ProtocolVersion)
        {
            return $"The pool speaks version {welcome.ProtocolVersion} of the worker link, this worker speaks {WorkerLink.ProtocolVersion}";
        }

        return welcome.Nonce is { Length: NonceDigits } nonce && nonce.All(char.IsAsciiHexDigitLower)
            ? null
            : $"The pool's nonce is not {NonceDigits} lower-case hex digits, so nothing was signed: is this the address of a pool?";
    }

    private JoinRequest Request(string nonce, IReadOnlyList<Guid> held)
    {
        var nodeKey = identity.NodeKey.Address.ToString();
        var payee = identity.Payee.ToString();
        var text = WorkerLink.JoinText(pool.Audience, nonce, nodeKey, payee);
        var signature = identity.NodeKey.Sign(Encoding.UTF8.GetBytes(text));
        return new JoinRequest(
            nodeKey, payee, "0x" + Convert.ToHexStringLower(signature), identity.Device, identity.Capabilities, identity.WishedCapacity, held);
    }

    private static string OneLine(string? reason) => Sentence.Printable(reason) is { Length: > 0 } printable ? printable : NoReason;
}
