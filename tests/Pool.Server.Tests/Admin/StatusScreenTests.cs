using Pool.Server.Admin;

namespace Pool.Server.Tests.Admin;

public sealed class StatusScreenTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    private static readonly PoolStatus s_status = new(
        new NodeStatus("0.1.0", "https://pool.example:8935", "0x0", s_start), "ready",
        new JournalStatus(16_000_000, 2_147_483_648, 3, 0, null), new SpoolStatus(340_000_000, 8_589_934_592), new SlotStatus(2, 8, 1),
        [
            new WorkerStatus(Guid.Empty, "0x00000000000000000000000000000000000000a1", "0x0", "cpu", "test", false, 0, 0, 4, "9216000", 240, null),
            new WorkerStatus(Guid.Empty, "0x00000000000000000000000000000000000000A2", "0x0", "cpu", "test", true, 8, 2, 1200, "5529600000000", 72000, 61.3),
        ],
        [new SessionStatus("1f", "stream", "0x0", 1204, true, null)],
        new TotalStatus(1204, 1200, 4, 1204, "5529609216000"));

    [Theory]
    [InlineData("-00:00:01", "0 s")]
    [InlineData("00:00:13", "13 s")]
    [InlineData("00:04:02", "4 min 2 s")]
    [InlineData("03:12:59", "3 h 12 min")]
    [InlineData("5.23:59:59", "5 d 23 h")]
    public void A_length_of_time_is_said_as_people_say_it(string time, string expected) =>
        Assert.Equal(expected, StatusScreen.Lasting(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void One_screen_says_what_an_operator_asks_first()
    {
        var screen = StatusScreen.Of(s_status, s_start + TimeSpan.FromMinutes(3)).ReplaceLineEndings("\n");

        Assert.Equal(
            """
            Pool 0.1.0 at https://pool.example:8935, up 3 min 0 s, off-chain

            Segments  1,200 transcoded, 4 not; 5,529,609.2 megapixels
            Slots     2 of 8 in use, 1 segment waiting for one
            Database  ready
            Journal   16 of 2,147 MB, 3 segments not booked yet
            Spool     340 of 8,589 MB

            1 of 2 workers connected
              WORKER                                      DEVICE    STATE        SLOTS   SEGMENTS    MEGAPIXELS    MP/S
              0x00000000000000000000000000000000000000A2  cpu       connected      2/8      1,200   5,529,600.0    61.3
              0x00000000000000000000000000000000000000a1  cpu       away             -          4           9.2       -

            1 session
              stream (1f): 1,204 segments, working

            """.ReplaceLineEndings("\n"),
            screen);
    }

    [Theory]
    [InlineData(40, false, null, "HTTPS     certificate of pool.example, until 2026-12-31\n")]
    [InlineData(3, true, null, "HTTPS     certificate of pool.example EXPIRES in 3 d 0 h, on 2026-11-24: renew it\n")]
    [InlineData(-2, true, null, "HTTPS     certificate of pool.example has EXPIRED, 2 d 0 h ago: renew it\n")]
    [InlineData(40, false, "it is broken.", "until 2026-12-31; the newer files are NOT in use: it is broken.\n")]
    public void The_end_of_the_web_ports_certificate_is_said_before_it_comes(int days, bool soon, string? fault, string line)
    {
        var certificate = new CertificateStatus("pool.example", s_start.AddDays(days), soon, fault);

        Assert.Contains(line, StatusScreen.Of(s_status with { WebCertificate = certificate }, s_start).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_away_and_records_that_it_refused_are_said()
    {
        var screen = StatusScreen.Of(
            s_status with { Database = "away", Totals = null, Journal = s_status.Journal with { Refused = 2, AwaySince = s_start } }, s_start + TimeSpan.FromSeconds(90));

        Assert.Contains("Database  away", screen, StringComparison.Ordinal);
        Assert.Contains("nothing could be booked for 1 min 30 s; 2 REFUSED by the database, see server/journal/refused.jsonl", screen, StringComparison.Ordinal);
        Assert.Contains("what was done cannot be read", screen, StringComparison.Ordinal);
    }
}
