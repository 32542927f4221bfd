using Npgsql;
using Pool.Server.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Settlement;

/// <summary>The server is killed while Postgres is away: whatever a gateway got an answer for is booked once when both are back.</summary>
public sealed class ServerKillTests
{
    [Fact]
    public async Task What_was_answered_before_a_kill_while_the_database_was_away_is_booked_once_before_the_next_answer()
    {
        const int Answered = 6;
        await using var database = await TestDatabase.CreateAsync();
        await using var server = new RealServer(database);
        await server.StartAsync();
        using var gateway = new TestGatewayClient(server.Network);
        await using var worker = await TestWorker.JoinAsync(server.Web, work: assignment => TestAssignment.AnswerAsync(assignment));
        var terms = await gateway.GetOrchestratorAsync();
        Assert.Equal(2, (await gateway.SegmentAsync(terms)).Renditions.Count);

        await database.CloseAsync();
        for (var number = 2; number <= Answered; number++)
        {
            Assert.Equal(2, (await gateway.SegmentAsync(terms, number)).Renditions.Count);
        }

        await server.KillAsync();
        await database.OpenAsync();
        await server.StartAsync();

        Assert.Equal(
            (Answered, Answered, Answered),
            (await database.ScalarAsync("SELECT count(*) FROM segments WHERE outcome = 'transcoded'"),
                await database.ScalarAsync("SELECT count(DISTINCT segment_id) FROM contributions WHERE role = 'primary'"),
                await database.ScalarAsync("SELECT count(*) FROM contributions")));
        Assert.Equal(Answered * TestJob.Pixels, await database.ScalarAsync("SELECT sum(pixels)::bigint FROM contributions"));
    }
}
