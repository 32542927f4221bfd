using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Settlement.Journaling;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Settlement;

/// <summary>A disk that does not take the record: nobody is told of a result, and nobody of work that was accepted.</summary>
public sealed class SettlementFaultTests : IAsyncLifetime, IDisposable
{
    private readonly BreakableDisk _disk = new();
    private readonly SemaphoreSlim _release = new(0);
    private RunningServer _server = null!;   // set before any test runs
    private TestWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(services => services.AddSingleton<IJournalDisk>(_disk));
        _worker = await TestWorker.JoinAsync(_server);
    }

    public async Task DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose() => _release.Dispose();

    [Fact]
    public async Task Neither_the_gateway_nor_the_worker_hears_of_a_result_before_it_is_on_the_disk()
    {
        _disk.BeforeSync = () => _release.Wait(Patience.Limit);
        var answer = _server.Gateway.SegmentAsync(await _server.Gateway.GetOrchestratorAsync());
        var verdict = TestAssignment.AnswerAsync(await _worker.NextAssignmentAsync());

        await Eventually.IsSoAsync("the record is at its sync", () => Task.FromResult(_disk.Syncs == 1));
        Assert.Equal((false, false), (answer.IsCompleted, verdict.IsCompleted));
        _release.Release();

        Assert.Equal(2, (await answer).Renditions.Count);
        Assert.True((await verdict).Accepted);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("sync")]
    public async Task A_disk_that_fails_costs_the_segment_and_nothing_is_booked_or_left_of_it_and_the_next_one_is_fine(string where)
    {
        var broken = true;
        void Fail()
        {
            if (broken)
            {
                throw new IOException("No space left on device");
            }
        }

        if (where == "write")
        {
            _disk.BeforeWrite = Fail;
        }
        else
        {
            _disk.BeforeSync = Fail;
        }

        var answer = _server.Gateway.SegmentAsync(await _server.Gateway.GetOrchestratorAsync());
        var assignment = await _worker.NextAssignmentAsync();
        var verdict = await TestAssignment.AnswerAsync(assignment);
        Assert.Equal("internal error", (await answer).Error);
        Assert.False(verdict.Accepted);
        Assert.Contains("could not write it down", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(verdict, await assignment.FinishAsync(OutcomeKind.Done));
        Assert.Equal(0, _server.Spool.Bytes);

        broken = false;
        _worker.Work = each => TestAssignment.AnswerAsync(each);
        Assert.Equal(2, (await _server.Gateway.SegmentAsync(await _server.Gateway.GetOrchestratorAsync())).Renditions.Count);
        Assert.Equal((1, 1), (await _server.ScalarAsync("SELECT count(*) FROM segments"), await _server.ScalarAsync("SELECT count(*) FROM contributions")));
    }
}
