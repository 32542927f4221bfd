using System.Text.Json;
using Google.Protobuf;
using Pool.Gateway.Progress;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Livepeer.Wire;
using Ticket = Pool.Shared.Livepeer.Tickets.Ticket;

namespace Pool.Gateway.Payments;

/// <summary>
/// Every ticket that was ever sent, a line of JSON each, written before it goes out; and a line for what became of each request. So whoever kills the other side can
/// tell afterwards what it must know.
/// </summary>
public sealed class TicketLog(string path) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read));

    /// <summary>Writes the tickets of a request down.</summary>
    public void Sent(Guid request, string session, TicketParams offered, PriceInfo price, IReadOnlyList<(Ticket Ticket, byte[] Signature)> tickets)
    {
        ArgumentNullException.ThrowIfNull(offered);
        ArgumentNullException.ThrowIfNull(tickets);
        lock (_lock)
        {
            foreach (var (ticket, signature) in tickets)
            {
                Write(new
                {
                    Event = "ticket",
                    Request = request,
                    Session = session,
                    Hash = ticket.Hash().ToString(),
                    Recipient = ticket.Recipient.ToString(),
                    Sender = ticket.Sender.ToString(),
                    FaceValue = ticket.FaceValue.ToDigits(),
                    WinProb = ticket.WinProbability.ToString(),
                    ticket.SenderNonce,
                    RecipientRandHash = ticket.RecipientRandHash.ToString(),
                    CreationRound = ticket.Created.Round,
                    CreationRoundBlockHash = ticket.Created.BlockHash.ToString(),
                    Seed = NetworkPayments.Number(offered.Seed).ToString(),
                    ExpirationBlock = NetworkPayments.Number(offered.ExpirationBlock).ToString(),
                    price.PricePerUnit,
                    price.PixelsPerUnit,
                    Signature = "0x" + Convert.ToHexStringLower(signature),
                });
            }

            _file.Flush();
        }
    }

    /// <summary>Writes down what became of a request.</summary>
    /// <param name="request">Its id.</param>
    /// <param name="session">Its session.</param>
    /// <param name="tickets">Tickets it carried.</param>
    /// <param name="isAnswered">Whether any answer came.</param>
    /// <param name="error">What was wrong, or null.</param>
    /// <param name="pixels">Pixels that were reported.</param>
    public void Ended(Guid request, string session, int tickets, bool isAnswered, string? error, long pixels)
    {
        lock (_lock)
        {
            Write(new { Event = "request", Request = request, Session = session, Tickets = tickets, Answered = isAnswered, Error = error, Pixels = pixels.ToString() });
            _file.Flush();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    private void Write(object line) => _file.WriteLine(JsonSerializer.Serialize(line, GatewayJson.Line));
}
