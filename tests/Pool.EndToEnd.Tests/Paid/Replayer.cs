using System.Globalization;
using System.Net;
using Google.Protobuf;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Gateway.Streaming;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.EndToEnd.Tests.Paid;

/// <summary>A gateway that pays with tickets it has paid with before, made again of its own log: after each kill, while their parameters are still good.</summary>
internal sealed class Replayer(MoneyScene scene, PaidStreams streams) : IDisposable
{
    /// <summary>Requests that are sent again after a kill, the latest first.</summary>
    private const int MostRequests = 5;

    private const string Stream = "replayed";

    /// <summary>What a stock orchestrator says of a nonce it knows, and of parameters that are over.</summary>
    private static readonly string[] s_refusals = ["invalid ticket senderNonce: already seen", NetworkPayments.ParamsExpired];

    private readonly HttpClient _http = NetworkConnections.Http2(NetworkTimes.SegmentDial);
    private readonly SegmentExchange _exchange = new(GatewayRun.Needs(MoneyMedia.Profiles), MoneyMedia.Profiles, streams.Wallet);
    private readonly OrchestratorClient _client = new(scene.Orchestrator, GatewayRun.Needs(MoneyMedia.Profiles), streams.Wallet);
    private int _sequence;

    /// <summary>Payments that were refused because their nonces were known.</summary>
    public int Known { get; private set; }

    /// <summary>What was not refused as it must be.</summary>
    public List<string> Wrongs { get; } = [];

    /// <summary>Sends payments again that were answered before.</summary>
    public async Task ReplayAsync()
    {
        var read = GatewayLog.Read(streams.LogFile);
        var good = read.Requests.Where(request => request.IsGood).Select(request => request.Id).ToHashSet();
        var payments = read.Tickets.Where(ticket => good.Contains(ticket.Request)).GroupBy(ticket => ticket.Request).TakeLast(MostRequests);
        foreach (var payment in payments)
        {
            var (status, text) = await SendAsync(Payment([.. payment]));
            Known += text.StartsWith(s_refusals[0], StringComparison.Ordinal) ? 1 : 0;
            if (status != HttpStatusCode.BadRequest || !s_refusals.Any(words => text.StartsWith(words, StringComparison.Ordinal)))
            {
                Wrongs.Add(string.Create(CultureInfo.InvariantCulture, $"the payment of request {payment.Key} came again and was answered {(int)status} {text}"));
            }
        }
    }

    public void Dispose()
    {
        _exchange.Dispose();
        _http.Dispose();
    }

    private static Payment Payment(IReadOnlyList<LoggedTicket> tickets)
    {
        var (ticket, terms) = (tickets[0].Ticket, tickets[0].Terms);
        var payment = new Payment
        {
            TicketParams = new TicketParams
            {
                Recipient = ByteString.CopyFrom(ticket.Recipient.ToBytes()),
                FaceValue = ByteString.CopyFrom(BigEndian.Minimal(ticket.FaceValue.Value)),
                WinProb = ByteString.CopyFrom(BigEndian.Minimal(ticket.WinProbability.Numerator)),
                RecipientRandHash = ByteString.CopyFrom(ticket.RecipientRandHash.ToBytes()),
                Seed = ByteString.CopyFrom(BigEndian.Minimal(terms.Seed)),
                ExpirationBlock = ByteString.CopyFrom(BigEndian.Minimal(terms.ExpirationBlock)),
                ExpirationParams = ticket.Created.ToWire(),
            },
            Sender = ByteString.CopyFrom(ticket.Sender.ToBytes()),
            ExpirationParams = ticket.Created.ToWire(),
            ExpectedPrice = tickets[0].Price,
        };
        payment.TicketSenderParams.Add(tickets.Select(logged =>
            new TicketSenderParams { SenderNonce = logged.Ticket.SenderNonce, Sig = ByteString.CopyFrom(logged.Signature) }));
        return payment;
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(Payment payment)
    {
        var terms = await _client.GetTermsAsync(NetworkTimes.Discovery, CancellationToken.None);
        var segment = scene.Media.Segments[0];
        var bytes = await File.ReadAllBytesAsync(segment.Path);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(terms.Transcoder + "/segment"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(bytes),
        };
        request.Headers.Add(WireHeaders.Segment, WireHeaders.Encode(_exchange.Credentials(terms, Stream, segment with { Sequence = _sequence++ }, bytes)));
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, WireHeaders.Encode(payment));
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Trim());
    }
}
