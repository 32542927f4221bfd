using System.Numerics;
using System.Text.Json;
using Google.Protobuf;
using Pool.Gateway.Media;
using Pool.Gateway.Network;
using Pool.Gateway.Payments;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Money;
using VideoProfile = Pool.Shared.Media.VideoProfile;

namespace Pool.Server.Tests.Tickets;

/// <summary>The test gateway's account against the real server: both keep the same balance, segment by segment (protocol §5.7).</summary>
public sealed class WalletTests : IAsyncLifetime, IDisposable
{
    private static readonly IReadOnlyList<VideoProfile> s_profiles =
    [
        new() { Name = "large", Width = TestJob.LargeWidth, Height = TestJob.LargeHeight, BitrateBps = 400_000 },
        new() { Name = "small", Width = TestJob.SmallWidth, Height = TestJob.SmallHeight, BitrateBps = 100_000 },
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("pool-wallet-").FullName;
    private PaidServer _server = null!;   // set before any test runs
    private GatewayWallet _wallet = null!;

    private string Log => Path.Combine(_folder, "tickets.jsonl");

    public async Task InitializeAsync()
    {
        _server = await PaidServer.StartAsync();
        _wallet = new GatewayWallet(EthereumKey.FromBytes(_server.Gateway.Key.ExportBytes()), new TicketLog(Log), clock: null);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _wallet.Dispose();

    [Theory]
    [InlineData(10, 10, 0, null)]
    [InlineData(10, 10, 9, null)]
    [InlineData(10, 10, 8, "deposit and reserve is set to unlock soon")]
    [InlineData(10, 0, 0, "no sender reserve")]
    [InlineData(0, 10, 0, "no sender deposit")]
    public void Account_that_can_pay_nobody_says_why(int deposit, int reserve, int withdrawRound, string? fault) =>
        Assert.Equal(fault, NetworkPayments.FundsFault(new SenderFunds(deposit, reserve, withdrawRound), round: 7));

    [Fact]
    public async Task Ticket_is_worth_no_more_than_the_deposit()
    {
        var terms = await new OrchestratorClient(_server.Server.Network, TestJob.Job(), _wallet).GetTermsAsync(Patience.Limit, CancellationToken.None);
        var faceValue = new BigInteger(terms.TicketParams.FaceValue.Span, isUnsigned: true, isBigEndian: true);

        Assert.Null(NetworkPayments.DepositFault(terms.TicketParams, new SenderFunds(faceValue, 1, 0)));
        Assert.Equal(
            $"ticket faceValue {faceValue} > max faceValue {faceValue - 1}", NetworkPayments.DepositFault(terms.TicketParams, new SenderFunds(faceValue - 1, 1, 0)));
    }

    [Fact]
    public async Task Gateway_and_orchestrator_have_the_same_balance_after_every_segment_and_every_ticket_is_in_the_log()
    {
        var orchestrator = new OrchestratorClient(_server.Server.Network, TestJob.Job(), _wallet);
        using var exchange = new SegmentExchange(TestJob.Job(), s_profiles, _wallet);
        var terms = await orchestrator.GetTermsAsync(Patience.Limit, CancellationToken.None);

        for (var number = 0; number < 5; number++)
        {
            var (segment, bytes) = Segment(number);
            var result = await exchange.SendAsync(terms, "manifest", segment, bytes, CancellationToken.None);
            Assert.Equal(TestJob.Pixels, result.Data.Segments.Sum(rendition => rendition.Pixels));
            Assert.Equal(_server.Sessions.Find(_server.Account(terms))!.Balance, _wallet.BalanceOf(terms));
            terms = result.Info;
        }

        await Task.WhenAll(Enumerable.Range(5, 3).Select(number =>
            exchange.SendAsync(terms, "manifest", Segment(number).Segment, Segment(number).Bytes, CancellationToken.None)));
        Assert.Equal(_server.Sessions.Find(_server.Account(terms))!.Balance, _wallet.BalanceOf(terms));

        var report = _wallet.Report;
        Assert.Equal(report.Tickets, await _server.Server.ScalarAsync("SELECT sum(credited) FROM payments"));
        Assert.Equal(["1200/1"], report.Prices);
        var lines = LogLines();
        Assert.Equal(report.Tickets, lines.Count(line => line.GetProperty("event").GetString() == "ticket"));
        Assert.Equal(8, lines.Count(line => line.GetProperty("event").GetString() == "request" && line.GetProperty("answered").GetBoolean()));
    }

    [Fact]
    public async Task A_refused_payment_is_spent_one_that_was_never_answered_leaves_what_was_there()
    {
        var orchestrator = new OrchestratorClient(_server.Server.Network, TestJob.Job(), _wallet);
        using var exchange = new SegmentExchange(TestJob.Job(), s_profiles, _wallet);
        var terms = await orchestrator.GetTermsAsync(Patience.Limit, CancellationToken.None);
        var first = await exchange.SendAsync(terms, "manifest", Segment(0).Segment, Segment(0).Bytes, CancellationToken.None);
        var before = _wallet.BalanceOf(first.Info);

        var nobody = first.Info.Clone();
        nobody.Transcoder = "https://127.0.0.1:1";
        await Assert.ThrowsAsync<AttemptException>(() => exchange.SendAsync(nobody, "manifest", Segment(1).Segment, Segment(1).Bytes, CancellationToken.None));
        Assert.Equal(before, _wallet.BalanceOf(first.Info));

        var forged = first.Info.Clone();
        forged.TicketParams.Seed = ByteString.CopyFrom(7);
        var refused = await Assert.ThrowsAsync<AttemptException>(() => exchange.SendAsync(
            forged, "manifest", Segment(2).Segment with { Duration = TimeSpan.FromSeconds(40) }, Segment(2).Bytes, CancellationToken.None));
        Assert.Equal("invalid recipientRand for ticket recipientRandHash", refused.Message);
        Assert.Equal(Ratio.Zero, _wallet.BalanceOf(first.Info));
    }

    [Fact]
    public async Task Nothing_is_paid_at_terms_that_a_stock_gateway_does_not_take()
    {
        var terms = await _server.GetOrchestratorAsync();
        _wallet.Pay(terms, s_profiles, TimeSpan.FromSeconds(2));
        Refused("Orchestrator price has more than doubled", dear => dear.PriceInfo.PricePerUnit = 2401);
        Refused("ticket faceValue too low", small => small.TicketParams.FaceValue = small.TicketParams.FaceValue, small => small.TicketParams.WinProb = ByteString.CopyFrom(Uint256.ToBytes(Uint256.Max)));
        Refused("ticket EV", large => large.TicketParams.FaceValue = ByteString.CopyFrom(BigEndian.Minimal(BigInteger.Pow(10, 20))));
        Refused("total ticket EV", many => (many.AuthToken.SessionId, many.PriceInfo.PricePerUnit) = ("another", 1_000_000_000));

        Assert.True(NetworkPayments.AreOver(terms.TicketParams, 1039));
        Assert.False(NetworkPayments.AreOver(terms.TicketParams, 1038));
        Assert.False(NetworkPayments.AreOver(terms.TicketParams, null));

        void Refused(string words, params Action<OrchestratorInfo>[] changes)
        {
            var changed = terms.Clone();
            Array.ForEach(changes, change => change(changed));
            Assert.StartsWith(words, Assert.Throws<AttemptException>(() => _wallet.Pay(changed, s_profiles, TimeSpan.FromSeconds(2))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_gateway_with_a_key_knows_whose_result_it_is()
    {
        var terms = await _server.GetOrchestratorAsync();
        using var exchange = new SegmentExchange(TestJob.Job(), s_profiles, _wallet);
        var (segment, bytes) = Segment(0);
        var result = await exchange.SendAsync(terms, "manifest", segment, bytes, CancellationToken.None);
        var files = TestJob.GoodRenditions.Select((rendition, index) => Write($"rendition-{index}", rendition)).ToList();

        Assert.True(exchange.IsSigned(terms, result.Data, files));
        Assert.False(exchange.IsSigned(terms, result.Data, [.. Enumerable.Reverse(files)]));
    }

    private List<JsonElement> LogLines()
    {
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private (SourceSegment Segment, byte[] Bytes) Segment(int number)
    {
        var bytes = TestJob.Segment(number);
        return (new SourceSegment(number, Write($"segment-{number}", bytes), TimeSpan.Zero, TimeSpan.FromSeconds(2), bytes.Length), bytes);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
