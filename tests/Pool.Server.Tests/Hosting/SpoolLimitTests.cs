using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Hosting;

/// <summary>The spool's bounds in bytes, time and disk space, over the real ports.</summary>
public sealed class SpoolLimitTests() : ServerTest(("Spool:MaxBytes", MaxBytes), ("Spool:Lifetime", "00:10:00"))
{
    private const string MaxBytes = "1048576";
    private const int TooMuch = 1_100_000;

    [Fact]
    public async Task A_segment_that_does_not_fit_is_500_and_the_next_one_that_does_is_fine()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        var large = TestJob.Segment(length: TooMuch);

        var refused = await Gateway.SegmentAsync(TestJob.Credentials(terms, large), large);
        var bytes = Server.Spool.Bytes;
        var good = await Gateway.SegmentAsync(terms, 2);

        Assert.Equal((500, "Internal Server Error\n", 0L), (refused.Status, refused.Text, bytes));
        Assert.Equal(2, good.Renditions.Count);
    }

    [Fact]
    public async Task A_rendition_that_does_not_fit_is_507_and_its_place_stays_free()
    {
        var worker = await JoinAsync();
        var (_, answer) = await BeginSegmentAsync();
        var assignment = await worker.NextAssignmentAsync();
        var before = Server.Spool.Bytes;

        using var refused = await assignment.UploadAsync(0, new byte[TooMuch]);

        Assert.Equal((507, before), ((int)refused.StatusCode, Server.Spool.Bytes));
        await TestAssignment.AnswerAsync(assignment);
        Assert.Equal(2, (await answer).Renditions.Count);
    }

    [Fact]
    public async Task When_all_is_told_only_announced_renditions_lie_in_the_spool()
    {
        await JoinAsync(assignment => assignment.FinishAsync(OutcomeKind.Refused, "full"));
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await Gateway.SegmentAsync(terms, sequence);
        }

        var files = new DirectoryInfo(Path.Combine(Server.Home, "server", "spool")).GetFiles();

        Assert.Equal(6, files.Length);
        Assert.Equal(files.Sum(file => file.Length), Server.Spool.Bytes);
    }

    [Fact]
    public async Task A_rendition_is_gone_after_its_lifetime_and_not_before()
    {
        await JoinGoodAsync();
        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Server.Time.Forward(TimeSpan.FromMinutes(9));
        Assert.Equal(0, Server.Spool.DeleteExpired());
        using var there = await Gateway.DownloadAsync(answer.Renditions[0].Url);
        Server.Time.Forward(TimeSpan.FromMinutes(2));
        // The sweeper's timer has fired, too: either of them deletes them.
        Server.Spool.DeleteExpired();
        await Eventually.IsSoAsync("both renditions are gone", () => Task.FromResult(Server.Spool.Bytes == 0));
        using var gone = await Gateway.DownloadAsync(answer.Renditions[0].Url);

        Assert.Equal((200, 404), ((int)there.StatusCode, (int)gone.StatusCode));
    }

    [Fact]
    public async Task With_too_little_disk_space_no_bytes_are_taken_and_the_start_is_refused_with_the_setting()
    {
        await JoinGoodAsync();
        var terms = await Gateway.GetOrchestratorAsync();
        Server.Services.GetRequiredService<IOptions<SpoolOptions>>().Value.MinFreeBytes = 1L << 50;

        var refused = await Gateway.SegmentAsync(terms);
        var fault = await Assert.ThrowsAsync<StartUpException>(() => RunningServer.StartAsync(("Spool:MinFreeBytes", $"{1L << 50}")));

        Assert.Equal((500, "Internal Server Error\n"), (refused.Status, refused.Text));
        Assert.Contains("Spool:MinFreeBytes", fault.Message, StringComparison.Ordinal);
    }
}
