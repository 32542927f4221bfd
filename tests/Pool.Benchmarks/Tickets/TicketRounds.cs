using System.Diagnostics;
using Google.Protobuf;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;

namespace Pool.Benchmarks.Tickets;

/// <param name="PerCore">Tickets for each second of processor time of the whole process, booking included.</param>
/// <param name="PerSecond">Tickets for each second on the clock.</param>
/// <param name="Recovered">Bare recoveries of the same tickets for each second of processor time.</param>
internal sealed record TicketRound(double PerCore, double PerSecond, double Recovered);

/// <summary>
/// The same tickets twice: as headers of requests through everything that a payment goes through, until they are durable; and their bare signatures through
/// libsecp256k1.
/// </summary>
internal sealed class TicketRounds(PaidServer server, int payments, int ticketsEach, TimeProvider time)
{
    /// <summary>Payments that are under way at once, as of so many streams.</summary>
    private const int Streams = 16;

    /// <summary>v of a signature less its recovery id (protocol §3.1).</summary>
    private const int RecoveryOffset = 27;

    private readonly EthereumKey _gateway = EthereumKey.Create();
    private int _round;

    /// <summary>Tickets that were accepted in all rounds.</summary>
    public long Accepted { get; private set; }

    private sealed record Prepared(PaymentAccount Account, string Header, IReadOnlyList<(byte[] Digest, byte[] Signature)> Signatures);

    public async Task<TicketRound> RunAsync()
    {
        var prepared = await PrepareAsync();
        if (_round++ % 2 == 0)
        {
            var (perCore, perSecond) = await ReceiveAsync(prepared);
            return new TicketRound(perCore, perSecond, Recover(prepared));
        }

        var recovered = Recover(prepared);
        var received = await ReceiveAsync(prepared);
        return new TicketRound(received.PerCore, received.PerSecond, recovered);
    }

    /// <summary>Tickets and credit in the books, less what was accepted and what that is worth: zero and zero.</summary>
    public async Task<long> CountLostAsync()
    {
        await server.Settlement.WhenBookedAsync(CancellationToken.None);
        await using var command = server.Source.CreateCommand("SELECT coalesce(sum(credited), 0)::bigint, coalesce(sum(jsonb_array_length(nonces)), 0)::bigint FROM payments");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return Math.Max(Math.Abs(Accepted - reader.GetInt64(0)), Math.Abs(Accepted - reader.GetInt64(1)));
    }

    private async Task<List<Prepared>> PrepareAsync()
    {
        var prepared = new List<Prepared>(payments);
        for (var index = 0; index < payments; index++)
        {
            var account = new PaymentAccount(_gateway.Address, $"session-{_round}-{index}");
            if (await server.Tickets.OfferAsync(account, CancellationToken.None) is not TermsVerdict.Offered { Ticket: { } offered, Price: { } price })
            {
                throw new InvalidOperationException("The server offers no tickets.");
            }

            prepared.Add(Pay(account, offered, price));
        }

        return prepared;
    }

    private Prepared Pay(PaymentAccount account, TicketParams offered, PriceInfo price)
    {
        var payment = new Payment
        {
            TicketParams = offered,
            Sender = ByteString.CopyFrom(_gateway.Address.ToBytes()),
            ExpirationParams = offered.ExpirationParams,
            ExpectedPrice = price,
        };
        var signatures = new List<(byte[], byte[])>(ticketsEach);
        for (var nonce = 1u; nonce <= ticketsEach; nonce++)
        {
            var ticket = new Ticket
            {
                Recipient = Address.FromWire(offered.Recipient.Span),
                Sender = _gateway.Address,
                FaceValue = new Wei(BigEndian.Read(offered.FaceValue.Span)),
                WinProbability = new WinProbability(BigEndian.Read(offered.WinProb.Span)),
                SenderNonce = nonce,
                RecipientRandHash = Bytes32.FromWire(offered.RecipientRandHash.Span),
                Created = CreationRound.FromWire(offered.ExpirationParams),
            };
            var signature = ticket.Sign(_gateway);
            payment.TicketSenderParams.Add(new TicketSenderParams { SenderNonce = nonce, Sig = ByteString.CopyFrom(signature) });
            signatures.Add((PersonalMessage.Digest(ticket.Hash().ToBytes()), signature));
        }

        return new Prepared(account, WireHeaders.Encode(payment), signatures);
    }

    private async Task<(double PerCore, double PerSecond)> ReceiveAsync(List<Prepared> prepared)
    {
        using var process = Process.GetCurrentProcess();
        process.Refresh();
        var (processor, start) = (process.TotalProcessorTime, time.GetTimestamp());
        await Parallel.ForEachAsync(prepared, new ParallelOptions { MaxDegreeOfParallelism = Streams }, async (each, stop) => await TakeAsync(each, stop));
        var elapsed = time.GetElapsedTime(start);
        await server.Settlement.WhenBookedAsync(CancellationToken.None);
        process.Refresh();
        var tickets = prepared.Count * ticketsEach;
        Accepted += tickets;
        return (tickets / (process.TotalProcessorTime - processor).TotalSeconds, tickets / elapsed.TotalSeconds);
    }

    private async Task TakeAsync(Prepared each, CancellationToken cancellationToken)
    {
        if (!WireHeaders.TryDecode(each.Header, Payment.Parser, out var payment, out _)
            || await server.Tickets.TakeAsync(each.Account, payment, cancellationToken) is not PaymentVerdict.Accepted accepted
            || !await accepted.WhenDurable)
        {
            throw new InvalidOperationException("A good payment was refused.");
        }
    }

    private double Recover(List<Prepared> prepared)
    {
        var key = new byte[Secp256k1.PublicKeyBytes];
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        foreach (var (digest, signature) in prepared.SelectMany(each => each.Signatures))
        {
            if (!Secp256k1.Default.TryRecover(digest, signature.AsSpan(0, Secp256k1.SignatureBytes), signature[^1] - RecoveryOffset, key))
            {
                throw new InvalidOperationException("A good signature was not recovered.");
            }
        }

        process.Refresh();
        return prepared.Count * ticketsEach / (process.TotalProcessorTime - processor).TotalSeconds;
    }
}
