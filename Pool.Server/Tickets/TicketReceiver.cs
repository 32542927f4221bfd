using System.Collections.Concurrent;
using Pool.Server.Settlement;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Server.Tickets;

/// <summary>What tickets of one payment came to.</summary>
/// <param name="Fault">What is wrong with them, in the network's words; null when all are good.</param>
/// <param name="Nonces">Nonces that are used up.</param>
/// <param name="Credited">Tickets that are credited.</param>
/// <param name="Credit">What they are worth, in wei, exactly.</param>
/// <param name="Winners">Those that won and are not known yet.</param>
internal sealed record ReceivedTickets(string? Fault, IReadOnlyList<uint> Nonces, int Credited, Ratio Credit, IReadOnlyList<PaymentWinner> Winners)
{
    /// <summary>Whether there is something to write down.</summary>
    public bool IsWorthWriting => Nonces.Count > 0 || Winners.Count > 0;

    /// <summary>Nothing was taken.</summary>
    public static ReceivedTickets Refused(string fault) => new(fault, [], 0, Ratio.Zero, []);
}

/// <summary>
/// Looks at the tickets of a payment, in the network's order (protocol §5.6, steps 2 to 8). Faults of the whole payment end it; one ticket's fault is
/// remembered: the tickets before it are credited, those after it only looked at.
/// </summary>
internal sealed class TicketReceiver(TicketSecret secret, NonceBook nonces)
{
    /// <summary>From so many tickets on their signatures are checked on several processors.</summary>
    private const int ParallelFrom = 32;

    /// <summary>Winners that came with a fault are remembered to be written once; so many of them, the oldest go first.</summary>
    private const int MaxKnownWinners = 4096;

    private readonly ConcurrentDictionary<Bytes32, byte> _known = new();
    private readonly ConcurrentQueue<Bytes32> _knownInOrder = new();

    private readonly record struct Look(bool IsSigned, bool IsWinner);

    /// <summary>Takes the tickets.</summary>
    /// <param name="payment">The tickets.</param>
    /// <param name="recipient">Whom they must pay.</param>
    /// <param name="block">L1 block they are held against.</param>
    public ReceivedTickets Receive(PaymentTickets payment, Address recipient, long block)
    {
        var first = payment.Tickets[0].Ticket;
        if (first.Recipient != recipient)
        {
            return ReceivedTickets.Refused(TicketWords.InvalidRecipient);
        }

        if (first.Sender.IsZero)
        {
            return ReceivedTickets.Refused(TicketWords.InvalidSender);
        }

        var rand = secret.RandOf(payment.Terms);
        return rand.Hash() == first.RecipientRandHash
            ? Take(payment, first.RecipientRandHash, rand, LookAt(payment.Tickets, rand), block)
            : ReceivedTickets.Refused(TicketWords.InvalidRecipientRand);
    }

    private static Look[] LookAt(IReadOnlyList<ReceivedTicket> tickets, RecipientRand rand)
    {
        var looks = new Look[tickets.Count];
        if (tickets.Count < ParallelFrom)
        {
            for (var index = 0; index < looks.Length; index++)
            {
                looks[index] = LookAt(tickets[index], rand);
            }
        }
        else
        {
            Parallel.For(0, looks.Length, index => looks[index] = LookAt(tickets[index], rand));
        }

        return looks;
    }

    private static Look LookAt(ReceivedTicket received, RecipientRand rand)
    {
        var signature = received.Signature.Span;
        var isSigned = received.Ticket.IsSigned(signature);
        return new Look(isSigned, isSigned && rand.Wins(signature, received.Ticket.WinProbability));
    }

    private ReceivedTickets Take(PaymentTickets payment, Bytes32 randHash, RecipientRand rand, Look[] looks, long block)
    {
        var expiration = (long)payment.Terms.ExpirationBlock;   // the rand is bound to it, so it is one of ours
        var value = payment.Terms.WinProbability.ExpectedValue(payment.Terms.FaceValue);
        var (fault, credited) = ((string?)null, 0);
        var (used, winners) = (new List<uint>(looks.Length), new List<PaymentWinner>());
        for (var index = 0; index < looks.Length; index++)
        {
            var ticket = payment.Tickets[index];
            if (!looks[index].IsSigned)
            {
                fault = TicketWords.InvalidSignature;
                continue;
            }

            // Tickets that are worth nothing are not remembered: anybody could make any number of them.
            var verdict = value.IsZero ? null : TakeNonce(ticket.Ticket, randHash, expiration, block);
            if (verdict is null && !value.IsZero)
            {
                used.Add(ticket.Ticket.SenderNonce);
                credited += fault is null ? 1 : 0;
            }

            fault = verdict ?? fault;
            if (looks[index].IsWinner && (verdict is null || IsNew(ticket.Ticket)))
            {
                winners.Add(new PaymentWinner(ticket.Ticket.SenderNonce, ticket.Signature.ToArray(), rand.Value));
            }
        }

        return new ReceivedTickets(fault, used, credited, value * credited, winners);
    }

    /// <summary>Steps 7 and 8; null when both are passed.</summary>
    private string? TakeNonce(Ticket ticket, Bytes32 randHash, long expiration, long block) => expiration <= block
        ? TicketWords.ParamsExpired
        : nonces.TryTake(randHash, expiration, ticket.SenderNonce) switch
        {
            NonceVerdict.Fresh => null,
            NonceVerdict.Expired => TicketWords.ParamsExpired,
            NonceVerdict.Seen => TicketWords.NonceSeen(ticket.Sender, ticket.SenderNonce),
            _ => TicketWords.TooManyNonces(ticket.Sender, ticket.SenderNonce),
        };

    /// <summary>Whether a winner with a fault was not written down a moment ago: sending it again must not fill the journal.</summary>
    private bool IsNew(Ticket ticket)
    {
        var hash = ticket.Hash();
        if (!_known.TryAdd(hash, 0))
        {
            return false;
        }

        _knownInOrder.Enqueue(hash);
        if (_knownInOrder.Count > MaxKnownWinners && _knownInOrder.TryDequeue(out var oldest))
        {
            _known.TryRemove(oldest, out _);
        }

        return true;
    }
}
