using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Tests.Kit;
using Pool.Server.Workers;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Tickets;

/// <summary>The machine's clock is put forward or back while segments are paid for and under way.</summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private static readonly TimeSpan s_slowest = TimeSpan.FromMinutes(1);

    private PaidServer _server = null!;   // set before any test runs

    public async Task InitializeAsync() => _server = await PaidServer.StartAsync(withWorker: false);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Segments_sessions_and_what_is_known_of_a_worker_are_unharmed(int hours)
    {
        await using var worker = await TestWorker.JoinAsync(_server.Server);
        var terms = await _server.GetOrchestratorAsync();
        var coming = _server.SegmentAsync(terms, Pay(terms, 1));
        var assignment = await worker.NextAssignmentAsync();

        _server.Server.Time.Jump(TimeSpan.FromHours(hours));
        await TestAssignment.AnswerAsync(assignment);
        var first = await coming;
        var next = _server.SegmentAsync(terms, Pay(terms, 2), 2);
        await TestAssignment.AnswerAsync(await worker.NextAssignmentAsync());
        var second = await next;

        Assert.Equal((200, 200, "", ""), (first.Status, second.Status, first.Error, second.Error));
        Assert.Equal(2, await _server.Server.ScalarAsync("SELECT count(*) FROM payments WHERE credited = 1"));
        Assert.Equal(2, await _server.Server.ScalarAsync("SELECT count(*) FROM contributions WHERE role = 'primary'"));
        var figures = Assert.Single(_server.Server.Services.GetRequiredService<WorkerRegistry>().Connected).Record.Figures;
        Assert.InRange(TimeSpan.FromSeconds((figures.SecondsPerPixel ?? 0) * TestJob.Pixels), TimeSpan.FromTicks(1), s_slowest);
    }

    private Payment Pay(OrchestratorInfo terms, params uint[] nonces) => _server.Gateway.Pay(terms.TicketParams, terms.PriceInfo, nonces);
}
