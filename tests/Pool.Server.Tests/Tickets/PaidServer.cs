using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Chain;
using Pool.Server.Settlement.Journaling;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Settlement;
using Pool.Server.Tickets;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Tickets;

/// <summary>The real server that is paid, with a worker that answers well; chain, signer and disk are the test's. The gateway has 10 ETH on both sides.</summary>
internal sealed class PaidServer : IAsyncDisposable
{
    private readonly TestWorker? _worker;

    private PaidServer(RunningServer server, TestWorker? worker, FakeChain chain, KeySigner signer, BreakableDisk disk, PayingGateway gateway) =>
        (Server, _worker, Chain, Signer, Disk, Gateway) = (server, worker, chain, signer, disk, gateway);

    public RunningServer Server { get; }

    public FakeChain Chain { get; }

    public KeySigner Signer { get; }

    public BreakableDisk Disk { get; }

    public PayingGateway Gateway { get; }

    public ITickets Tickets => Server.Services.GetRequiredService<ITickets>();

    public PaymentSessions Sessions => Server.Services.GetRequiredService<PaymentSessions>();

    /// <summary>Starts it; whoever restarts it needs no worker.</summary>
    public static async Task<PaidServer> StartAsync(bool withWorker = true, params (string Key, string Value)[] settings)
    {
        var (chain, signer, disk, gateway) = (new FakeChain(), new KeySigner(), new BreakableDisk(), new PayingGateway());
        chain.Fund(gateway.Address, Wei.OneEth * 10, Wei.OneEth * 10);
        var server = await RunningServer.StartAsync(
            services => services
                .AddSingleton<IChainView>(chain)
                .AddSingleton<ISigner>(signer)
                .AddSingleton<IJournalDisk>(disk)
                .AddSingleton<IPendingRedemptions>(new FakePending())
                .AddSingleton(new TicketsNetwork(IsOnChain: true, "test"))
                .AddPaidTickets(),
            [("Tickets:PricePerUnit", "1200"), ("Tickets:IsPriceAdjusted", "false"), .. settings]);
        var worker = withWorker ? await TestWorker.JoinAsync(server, work: assignment => TestAssignment.AnswerAsync(assignment)) : null;
        return new PaidServer(server, worker, chain, signer, disk, gateway);
    }

    /// <summary>Terms of a new session.</summary>
    public Task<OrchestratorInfo> GetOrchestratorAsync() =>
        Server.Gateway.CallAsync("GetOrchestrator", OrchestratorRequestSigning.Create(Gateway.Key), OrchestratorInfo.Parser);

    public PaymentAccount Account(OrchestratorInfo terms) => new(Gateway.Address, terms.AuthToken.SessionId);

    /// <summary>Sends a signed segment with this payment.</summary>
    public async Task<SegmentAnswer> SegmentAsync(OrchestratorInfo terms, Payment payment, long sequence = 1, Action<SegData>? change = null)
    {
        using var response = await BeginAsync(terms, payment, sequence, change);
        return await SegmentAnswer.ReadAsync(response);
    }

    public Task<HttpResponseMessage> BeginAsync(OrchestratorInfo terms, Payment payment, long sequence = 1, Action<SegData>? change = null)
    {
        var segment = TestJob.Segment((int)sequence);
        var credentials = TestJob.Credentials(terms, segment, sequence);
        change?.Invoke(credentials);
        var flat = SegmentSigning.Flatten(credentials.ManifestId.Span, credentials.Seq, credentials.Hash.Span, credentials.FullProfiles.Select(profile => profile.Name));
        credentials.Sig = ByteString.CopyFrom(SegmentSigning.Sign(Gateway.Key, flat));
        var request = Server.Gateway.SegmentRequest(WireHeaders.Encode(credentials), segment);
        request.Headers.Remove(WireHeaders.Payment);
        request.Headers.TryAddWithoutValidation(WireHeaders.Payment, WireHeaders.Encode(payment));
        return Server.Gateway.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
