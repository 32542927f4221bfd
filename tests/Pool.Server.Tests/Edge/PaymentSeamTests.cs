using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Pool.Gateway.Network;
using Pool.Server.Tests.Kit;
using Pool.Server.Tickets;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>Where payments come in: everything that is signed or paid goes through <see cref="ITickets"/> (protocol §3, §4.2, §4.8).</summary>
public sealed class PaymentSeamTests : IAsyncLifetime
{
    private static readonly EthereumKey s_gateway = EthereumKey.Create();

    private readonly StubTickets _tickets = new();
    private RunningServer? _server;
    private TestWorker? _worker;

    private RunningServer Server => _server ?? throw new InvalidOperationException("The server is not started yet.");

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(services => services.AddSingleton<ITickets>(_tickets));
        _worker = await TestWorker.JoinAsync(Server, work: assignment => TestAssignment.AnswerAsync(assignment));
    }

    public async Task DisposeAsync()
    {
        await _worker!.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task A_signed_gateway_gets_terms_a_result_signed_by_the_account_of_its_info_and_a_price()
    {
        _tickets.IsStrict = true;
        var terms = await Server.Gateway.CallAsync("GetOrchestrator", OrchestratorRequestSigning.Create(s_gateway), OrchestratorInfo.Parser);
        var segment = TestJob.Segment();
        using var request = Request(terms, segment, sign: true);

        using var response = await Server.Gateway.SendAsync(request);
        var answer = await SegmentAnswer.ReadAsync(response);

        Assert.Equal(_tickets.Account, Address.FromWire(answer.Result!.Info.Address.Span));
        Assert.Equal((0, 1), (answer.Result.Info.PriceInfo.PricePerUnit, answer.Result.Info.PriceInfo.PixelsPerUnit));
        Assert.True(ResultSigning.IsSignedBy(_tickets.Account, TestJob.GoodRenditions.Select(rendition => Keccak256.Hash(rendition)), answer.Result.Data.Sig.Span));
        Assert.Equal(new PaymentAccount(s_gateway.Address, terms.AuthToken.SessionId), _tickets.Taken.Account);
        Assert.Equal(7u, Assert.Single(_tickets.Taken.Payment.TicketSenderParams).SenderNonce);
    }

    [Fact]
    public async Task An_unsigned_gateway_gets_neither_terms_nor_work()
    {
        var terms = await Server.Gateway.GetOrchestratorAsync();
        _tickets.IsStrict = true;
        using var request = Request(terms, TestJob.Segment(), sign: false);

        var noTerms = await Assert.ThrowsAsync<GrpcCallException>(Server.Gateway.GetOrchestratorAsync);
        using var response = await Server.Gateway.SendAsync(request);
        var answer = await SegmentAnswer.ReadAsync(response);

        Assert.Equal((2, "Invalid orchestrator request: orchestrator req sig check failed"), (noTerms.Status, noTerms.Message));
        Assert.Equal((403, "ErrSegSig\n"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Terms_that_cannot_be_offered_are_refused_in_their_own_words()
    {
        _tickets.OfferRefusal = "insufficient sender reserve";

        var refusal = await Assert.ThrowsAsync<GrpcCallException>(Server.Gateway.GetOrchestratorAsync);

        Assert.Equal((2, "insufficient sender reserve"), (refusal.Status, refusal.Message));
    }

    [Fact]
    public async Task A_pong_is_signed_by_our_account()
    {
        var value = ByteString.CopyFromUtf8("a value to sign");

        var pong = await Server.Gateway.CallAsync("Ping", new PingPong { Value = value }, PingPong.Parser);

        Assert.True(PingSigning.IsAnsweredBy(_tickets.Account, value.Span, pong.Value.Span));
    }

    private HttpRequestMessage Request(OrchestratorInfo terms, byte[] segment, bool sign)
    {
        var credentials = TestJob.Credentials(terms, segment);
        credentials.FullProfiles[0].Name = "";
        if (sign)
        {
            var names = new[] { $"net_{TestJob.LargeWidth}x{TestJob.LargeHeight}_400000", "small" };
            var flat = SegmentSigning.Flatten(credentials.ManifestId.Span, credentials.Seq, credentials.Hash.Span, names);
            credentials.Sig = ByteString.CopyFrom(SegmentSigning.Sign(s_gateway, flat));
        }

        var request = Server.Gateway.SegmentRequest(WireHeaders.Encode(credentials), segment);
        request.Headers.Remove(WireHeaders.Payment);
        var payment = new Payment { Sender = ByteString.CopyFrom(s_gateway.Address.ToBytes()), TicketSenderParams = { new TicketSenderParams { SenderNonce = 7 } } };
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, WireHeaders.Encode(payment));
        return request;
    }
}
