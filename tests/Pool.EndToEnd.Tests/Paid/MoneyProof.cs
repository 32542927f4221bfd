using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>What the gateway wrote down, what the pool booked and what the chain says, held against each other. Every method yields a line for everything that is wrong.</summary>
internal sealed class MoneyProof(GatewayLog log, byte[] secret, MoneyBooks books, ChainFacts chain)
{
    /// <summary>Figures that the ledger has beside the contracts: fees, stake and the account's ETH.</summary>
    private const int ChainFigures = 3;

    private readonly HashSet<Guid> _good = [.. log.Requests.Where(request => request.IsGood).Select(request => request.Id)];

    /// <summary>Winners of answered requests.</summary>
    public int AnsweredWinners => log.Tickets.Count(ticket => _good.Contains(ticket.Request) && ticket.HasWon(secret));

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<string> Faults(JsonDocument ledger) =>
        [.. Redemptions(), .. Winners(), .. Credits(), .. Balances(), .. Charges(), .. Sums(), .. Outbox(), .. Ledger(ledger.RootElement)];

    /// <summary>Every answered winner is redeemed once, any other at most once, and nothing else ever.</summary>
    private IEnumerable<string> Redemptions()
    {
        var sent = log.Tickets.ToDictionary(ticket => ticket.Key);
        foreach (var (key, ticket) in sent)
        {
            var (isGood, hasWon, times) = (_good.Contains(ticket.Request), ticket.HasWon(secret), chain.Redeemed.GetValueOrDefault(key));
            if (times > (hasWon ? 1 : 0) || (isGood && hasWon && times == 0))
            {
                yield return $"{Name(key)} of {(isGood ? "an answered" : "a failed")} request {(hasWon ? "has won" : "has not won")} and was redeemed {times} times";
            }
        }

        foreach (var key in chain.Redeemed.Keys.Where(key => !sent.ContainsKey(key)))
        {
            yield return $"{Name(key)} was redeemed, but never sent";
        }
    }

    /// <summary>Every winner that the pool knows of is redeemed on the chain and said to be.</summary>
    private IEnumerable<string> Winners()
    {
        foreach (var winner in books.Winners.Where(winner => winner.State != "redeemed" || !chain.Redeemed.ContainsKey((winner.RandHash, winner.Nonce))))
        {
            yield return $"{Name((winner.RandHash, winner.Nonce))} is {winner.State} and was redeemed {chain.Redeemed.GetValueOrDefault((winner.RandHash, winner.Nonce))} times";
        }

        if (books.Winners.Count != chain.Redeemed.Count)
        {
            yield return $"the pool knows of {books.Winners.Count} winners, the chain of {chain.Redeemed.Count}";
        }
    }

    /// <summary>No nonce is in two payments, and the tickets of an answered request are credited whole, at what they are worth.</summary>
    private IEnumerable<string> Credits()
    {
        var uses = books.Payments.SelectMany(payment => payment.Nonces.Select(nonce => (Key: (payment.RandHash, Nonce: nonce), Payment: payment))).ToLookup(use => use.Key, use => use.Payment);
        foreach (var twice in uses.Where(use => use.Count() > 1))
        {
            yield return $"{Name(twice.Key)} is in {twice.Count()} payments";
        }

        foreach (var request in log.Tickets.Where(ticket => _good.Contains(ticket.Request)).GroupBy(ticket => ticket.Request))
        {
            var tickets = request.ToList();
            var worth = tickets.Aggregate(Ratio.Zero, (sum, ticket) => sum + ticket.Ticket.ExpectedValue);
            var payments = tickets.SelectMany(ticket => uses[ticket.Key]).Distinct().ToList();
            if (payments is not [var payment])
            {
                yield return $"request {request.Key} with {tickets.Count} tickets was answered and is in {payments.Count} payments";
            }
            else if (payment.Session != tickets[0].Session || payment.Credited != tickets.Count || payment.Nonces.Count != tickets.Count || payment.Credit != worth)
            {
                yield return $"request {request.Key} with {tickets.Count} tickets worth {worth} was answered, and {payment.Credited} of {payment.Nonces.Count} were credited with {payment.Credit}";
            }
        }
    }

    /// <summary>A session's balance is what it was credited less what it was charged, exactly.</summary>
    private IEnumerable<string> Balances()
    {
        var credits = books.Payments.ToLookup(payment => payment.Session, payment => payment.Credit, StringComparer.Ordinal);
        var debits = books.Debits.ToLookup(debit => debit.Session, debit => debit.Price * debit.Pixels, StringComparer.Ordinal);
        foreach (var session in credits.Select(of => of.Key).Concat(debits.Select(of => of.Key)).Union(books.Balances.Keys, StringComparer.Ordinal))
        {
            var sum = Sum(credits[session]) - Sum(debits[session]);
            if (!books.Balances.TryGetValue(session, out var balance) || balance != sum)
            {
                yield return $"session {session} has {balance}, its payments less its segments are {sum}";
            }
        }
    }

    /// <summary>
    /// Every answered segment is charged once, at its pixels and the price it was paid at; what else is charged is no more than requests that the gateway heard no good end of. So the gateway's own balance,
    /// which is made of answered requests, is never ahead of the pool's.
    /// </summary>
    private IEnumerable<string> Charges()
    {
        var prices = log.Tickets.GroupBy(ticket => ticket.Session, StringComparer.Ordinal).ToDictionary(of => of.Key, of => of.First().Terms.PricePerPixel, StringComparer.Ordinal);
        var debits = books.Debits.ToLookup(debit => debit.Session, StringComparer.Ordinal);
        foreach (var session in log.Requests.GroupBy(request => request.Session, StringComparer.Ordinal))
        {
            var charged = debits[session.Key].CountBy(debit => debit.Pixels).ToDictionary();
            foreach (var (pixels, answered) in session.Where(request => request.IsGood).CountBy(request => request.Pixels))
            {
                if (charged.GetValueOrDefault(pixels) < answered)
                {
                    yield return $"session {session.Key} has {answered} answers of {pixels} pixels, {charged.GetValueOrDefault(pixels)} are charged";
                }
            }

            var unheard = session.Count(request => !request.IsGood);
            var others = debits[session.Key].Count() - session.Count(request => request.IsGood);
            if (others > unheard)
            {
                yield return $"session {session.Key} is charged for {others} segments beside those that were answered, and {unheard} requests failed";
            }

            if (debits[session.Key].Any(debit => !prices.TryGetValue(session.Key, out var price) || debit.Price != price))
            {
                yield return $"session {session.Key} is charged at another price than it paid at";
            }
        }
    }

    /// <summary>What the contracts paid is what the winners' rows and the ledger say.</summary>
    private IEnumerable<string> Sums()
    {
        var paid = books.Winners.Aggregate(BigInteger.Zero, (sum, winner) => sum + winner.Paid);
        if (paid != chain.Paid || books.Redeemed != chain.Paid)
        {
            yield return $"the contracts paid {chain.Paid} wei for winning tickets, their rows say {paid} and the ledger {books.Redeemed}";
        }

        if (books.Rewards != chain.Rewards || chain.Rewards < chain.Rounds - 1 || chain.Rewards > chain.Rounds)
        {
            yield return $"in {chain.Rounds} rounds there were {chain.Rewards} rewards, and {books.Rewards} are booked";
        }
    }

    /// <summary>Every order is ended, and the account has sent exactly one transaction for each nonce that was given out.</summary>
    private IEnumerable<string> Outbox()
    {
        foreach (var open in books.Intents.Where(intent => intent.State is not ("done" or "reverted" or "refused")))
        {
            yield return $"an order of {open.Purpose} is {open.State}";
        }

        var nonces = books.Intents.Where(intent => intent.Nonce is not null).Select(intent => intent.Nonce.GetValueOrDefault()).Order().ToList();
        var first = nonces.FirstOrDefault();
        if (!nonces.SequenceEqual(Enumerable.Range(0, nonces.Count).Select(number => first + number)) || (ulong)nonces.Count != chain.Transactions || first + nonces.Count != books.NextNonce)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{nonces.Count} nonces from {first} on were used, the next is {books.NextNonce}, the account sent {chain.Transactions} transactions");
        }
    }

    private static IEnumerable<string> Ledger(JsonElement report)
    {
        if (!report.GetProperty("isRight").GetBoolean() || report.GetProperty("chainFigures").GetInt32() != ChainFigures)
        {
            yield return $"the ledger is not right: {report.GetRawText()}";
        }
    }

    private static Ratio Sum(IEnumerable<Ratio> amounts) => amounts.Aggregate(Ratio.Zero, (sum, amount) => sum + amount);

    private static string Name((Bytes32 RandHash, uint Nonce) key) => $"ticket {key.Nonce} of {key.RandHash}";
}
