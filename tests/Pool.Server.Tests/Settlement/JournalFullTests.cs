using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>Postgres is away for so long that the journal is full.</summary>
public sealed class JournalFullTests() : ServerTest(("Settlement:JournalMaxBytes", "16384"), ("Settlement:JournalFileBytes", "4096"))
{
    [Fact]
    public async Task New_sessions_are_refused_first_then_segments_fail_and_what_was_answered_is_booked_once()
    {
        await JoinGoodAsync();
        var old = await Gateway.GetOrchestratorAsync();
        var young = await Gateway.GetOrchestratorAsync();
        await Gateway.SegmentAsync(old);
        await Server.ScalarAsync("SELECT 1");
        await Server.Database.CloseAsync();

        var number = 2;
        while (Server.Settlement.TakesNewSessions)
        {
            Assert.Equal(2, (await Gateway.SegmentAsync(old, number++)).Renditions.Count);
        }

        var noTerms = await Assert.ThrowsAnyAsync<Exception>(Gateway.GetOrchestratorAsync);
        var noPlace = await Gateway.SegmentAsync(young);
        SegmentAnswer answer;
        var inReserve = 0;
        while ((answer = await Gateway.SegmentAsync(old, number)).Error == "")
        {
            (inReserve, number) = (inReserve + 1, number + 1);
        }

        await Server.Database.OpenAsync();

        Assert.Contains("OrchestratorCapped", noTerms.Message, StringComparison.Ordinal);
        Assert.Equal((403, "OrchestratorCapped"), (noPlace.Status, noPlace.Text.Trim()));
        Assert.True(inReserve > 0);
        Assert.Equal("internal error", answer.Error);
        Assert.Equal((number - 1, number - 1), (await SegmentsAsync("transcoded"), await ContributionsAsync()));
        Assert.True(Server.Settlement.TakesNewSessions);
        Assert.Equal(2, (await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync())).Renditions.Count);
    }
}
