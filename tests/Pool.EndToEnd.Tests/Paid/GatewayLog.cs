using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A ticket as the gateway wrote it down before it was sent.</summary>
/// <param name="Request">The request it was sent with.</param>
/// <param name="Session">The request's session.</param>
/// <param name="Ticket">The ticket.</param>
/// <param name="Terms">What its recipient rand was made of.</param>
/// <param name="Price">The price it was sent with.</param>
/// <param name="Signature">The gateway's signature.</param>
internal sealed record LoggedTicket(Guid Request, string Session, Ticket Ticket, RecipientRandTerms Terms, PriceInfo Price, byte[] Signature)
{
    /// <summary>What the recipient and the chain know it by.</summary>
    public (Bytes32 RandHash, uint Nonce) Key => (Ticket.RecipientRandHash, Ticket.SenderNonce);

    /// <summary>Whether it has won, by the secret that only the recipient knows.</summary>
    public bool HasWon(byte[] secret)
    {
        var rand = Terms.Derive(secret);
        Assert.Equal(Ticket.RecipientRandHash, rand.Hash());
        return rand.Wins(Signature, Ticket.WinProbability);
    }
}

/// <summary>What became of a request.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Session">Its session.</param>
/// <param name="IsGood">Whether a good answer came.</param>
/// <param name="Pixels">Pixels the answer said.</param>
internal sealed record LoggedRequest(Guid Id, string Session, bool IsGood, long Pixels);

/// <summary>The gateway's own log: every ticket it ever sent, and every request it heard the end of.</summary>
internal sealed record GatewayLog(IReadOnlyList<LoggedTicket> Tickets, IReadOnlyList<LoggedRequest> Requests)
{
    /// <summary>Reads it, also while it is written.</summary>
    public static GatewayLog Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var (tickets, requests) = (new List<LoggedTicket>(), new List<LoggedRequest>());
        var text = reader.ReadToEnd();
        foreach (var written in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(written);
            var line = json.RootElement;
            if (Text(line, "event") == "ticket")
            {
                tickets.Add(ReadTicket(line));
            }
            else
            {
                requests.Add(new LoggedRequest(
                    Guid.Parse(Text(line, "request")), Text(line, "session"), line.GetProperty("answered").GetBoolean() && line.GetProperty("error").ValueKind is JsonValueKind.Null,
                    long.Parse(Text(line, "pixels"), CultureInfo.InvariantCulture)));
            }
        }

        return new GatewayLog(tickets, requests);
    }

    private static LoggedTicket ReadTicket(JsonElement line)
    {
        var price = new PriceInfo { PricePerUnit = line.GetProperty("pricePerUnit").GetInt64(), PixelsPerUnit = line.GetProperty("pixelsPerUnit").GetInt64() };
        var ticket = new Ticket
        {
            Recipient = Account(line, "recipient"),
            Sender = Account(line, "sender"),
            FaceValue = new Wei(Number(line, "faceValue")),
            WinProbability = new WinProbability(Number(line, "winProb")),
            SenderNonce = line.GetProperty("senderNonce").GetUInt32(),
            RecipientRandHash = Hash(line, "recipientRandHash"),
            Created = new CreationRound(line.GetProperty("creationRound").GetInt64(), Hash(line, "creationRoundBlockHash")),
        };
        Assert.Equal(Text(line, "hash"), ticket.Hash().ToString());
        var terms = new RecipientRandTerms
        {
            Seed = Number(line, "seed"),
            Sender = ticket.Sender,
            FaceValue = ticket.FaceValue,
            WinProbability = ticket.WinProbability,
            ExpirationBlock = Number(line, "expirationBlock"),
            PricePerPixel = new Ratio(price.PricePerUnit, price.PixelsPerUnit),
            Created = ticket.Created,
        };
        return new LoggedTicket(Guid.Parse(Text(line, "request")), Text(line, "session"), ticket, terms, price, Convert.FromHexString(Text(line, "signature")[2..]));
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    private static BigInteger Number(JsonElement line, string name) => BigInteger.Parse(Text(line, name), CultureInfo.InvariantCulture);

    private static Address Account(JsonElement line, string name) =>
        Address.TryParse(Text(line, name), out var address, out var wrong) ? address : throw new FormatException(wrong);

    private static Bytes32 Hash(JsonElement line, string name) =>
        Bytes32.TryParse(Text(line, name), out var hash) ? hash : throw new FormatException($"{name} is no hash.");
}
