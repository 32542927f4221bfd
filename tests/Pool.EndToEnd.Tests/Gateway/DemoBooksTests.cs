using System.Text.Json;
using Pool.Demo;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;

namespace Pool.EndToEnd.Tests.Gateway;

public class DemoBooksTests
{
    [Fact]
    public void What_a_worker_did_before_the_run_is_not_counted()
    {
        var books = Books.Of(Status(("0xA", 5, "500")), Status(("0xA", 7, "900"), ("0xB", 1, "100")), Report(ok: 3, "200", "300"));

        Assert.Null(books.Disagreement);
        Assert.Equal([2, 1], books.Workers.Select(worker => worker.Segments));
    }

    [Fact]
    public void A_pixel_too_few_is_said_with_both_numbers()
    {
        var books = Books.Of(Status(), Status(("0xA", 3, "499")), Report(ok: 3, "200", "300"));

        Assert.Equal("The workers were credited with 499 pixels, the gateway received 500.", books.Disagreement);
    }

    [Fact]
    public void A_segment_too_many_is_said_with_both_numbers()
    {
        var books = Books.Of(Status(), Status(("0xA", 4, "500")), Report(ok: 3, "500"));

        Assert.Equal("The workers were credited with 4 segments, the gateway received 3.", books.Disagreement);
    }

    [Fact]
    public void The_report_keeps_the_gateways_part_and_adds_the_workers()
    {
        var report = Report(ok: 3, "500");

        using var json = JsonDocument.Parse(DemoReport.Text(report, Books.Of(Status(), Status(("0xA", 3, "500")), report), money: null));

        var root = json.RootElement;
        Assert.Equal(3, root.GetProperty("segments").GetProperty("ok").GetInt32());
        Assert.Equal("500", root.GetProperty("renditions")[0].GetProperty("pixels").GetString());
        Assert.Equal("500", root.GetProperty("workers")[0].GetProperty("pixels").GetString());
        Assert.Equal("500", root.GetProperty("totals").GetProperty("pixels").GetString());
        Assert.Equal(3, root.GetProperty("totals").GetProperty("contributions").GetInt64());
    }

    [Fact]
    public void An_event_of_the_gateway_is_read_back_as_it_was_written()
    {
        var written = new StringWriter();
        var happened = new SegmentAnswered("stream-1", 4, 1, 812.5, "20736000", 2);
        new JsonProgress(written).Report(happened);

        var line = written.ToString();

        Assert.StartsWith("{\"event\":\"segmentAnswered\"", line, StringComparison.Ordinal);
        Assert.Equal(happened, GatewayProcess.Read(line));
        Assert.Equal(new Remark("anything else"), GatewayProcess.Read("anything else"));
    }

    [Theory]
    [InlineData(true, 5, 2, null)]
    [InlineData(false, 5, 2, "The ledger is not right: it said so")]
    [InlineData(true, 4, 2, "The gateway sent 5 tickets, the pool credited 4.")]
    [InlineData(true, 5, 3, "3 tickets have won, 2 were redeemed.")]
    public void Money_agrees_only_when_the_ledger_is_right_every_ticket_was_credited_and_every_winner_redeemed(bool isRight, long credited, long winners, string? fault)
    {
        var report = Report(ok: 3) with { Payments = new PaymentReport("0xG", 5, "5/1", "5", ["1/1"]) };
        var before = Chain(tickets: 10, winners: 1, [("t0", "7", "x0")]);
        var now = Chain(10 + credited, 1 + winners, [("t0", "7", "x0"), ("t1", "20", "x1"), ("t2", "30", "x1")]);

        var money = Money.Of(before, now, isRight, "it said so");

        Assert.Equal(fault, money.Disagreement(report));
        Assert.Equal(("50", 2), (money.PaidWei, money.Redemptions.Count));
    }

    private static ChainStatus Chain(long tickets, long winners, (string Ticket, string Paid, string Transaction)[] redeemed) => new(
        new RoundStatus(3, true, 10), new OrchestratorStatus("0xO", true, "1", "2"), new PaymentStatus(tickets, "100", "90"), [new TicketStatus("redeemed", winners, "1")],
        [.. redeemed.Select(line => new RedemptionStatus(line.Ticket, line.Paid, line.Transaction))], [], new OutboxStatus(0, []));

    private static PoolStatus Status(params (string Key, long Segments, string Pixels)[] workers) => new(
        [.. workers.Select(worker => new WorkerStatus(worker.Key, "0xP", "cpu", true, 1, 0, worker.Segments, worker.Pixels, null))],
        new TotalStatus(0, 0, 0, workers.Sum(worker => worker.Segments), "0"));

    private static StreamReport Report(int ok, params string[] pixels) => new(
        new SegmentCounts(ok, ok),
        [.. pixels.Select(count => new RenditionReport("stream-1", "/a.ts", "/a.m3u8", "360p", 640, 360, 60, count, ok))],
        "/master.m3u8", ["/master.m3u8"], [], new RoundTripReport(1, 2, 3), 1, 1, 1, null, [], []);
}
