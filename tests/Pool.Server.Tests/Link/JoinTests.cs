using Microsoft.AspNetCore.SignalR;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Link;

/// <summary>Who gets in by the real hub, and who does not (docs/protocol.md, Joining).</summary>
public sealed class JoinTests() : ServerTest(("Workers:MaxCapacityPerWorker", "3"))
{
    [Fact]
    public async Task A_worker_with_a_good_signature_is_in_with_no_more_than_it_wished_and_we_allow()
    {
        var modest = await ConnectAsync();
        var greedy = await ConnectAsync();

        var little = await modest.JoinAsync(modest.Request((await modest.HelloAsync()).Nonce) with { WishedCapacity = 1 });
        var much = await greedy.JoinAsync(greedy.Request((await greedy.HelloAsync()).Nonce) with { WishedCapacity = 64 });

        Assert.Equal((true, 1, true, 3), (little.Accepted, little.AcceptedCapacity, much.Accepted, much.AcceptedCapacity));
        Assert.Equal(2, Server.Registry.Connected.Count);
        Assert.Equal((2, 1), (await Server.ScalarAsync("SELECT count(*) FROM workers"), await Server.ScalarAsync("SELECT count(*) FROM payees")));
    }

    [Fact]
    public async Task A_nonce_of_another_connection_is_worth_nothing()
    {
        var first = await ConnectAsync();
        var (nonce, replay) = ((await first.HelloAsync()).Nonce, await ConnectAsync(first.Key));
        var own = (await replay.HelloAsync()).Nonce;

        var verdict = await replay.JoinAsync(replay.Request(nonce));

        Assert.NotEqual(nonce, own);
        Assert.False(verdict.Accepted);
    }

    [Fact]
    public async Task A_nonce_is_good_for_one_join_even_when_that_is_refused()
    {
        var worker = await ConnectAsync();
        var nonce = (await worker.HelloAsync()).Nonce;

        var refused = await worker.JoinAsync(worker.Request(nonce, audience: "another.example"));

        Assert.False(refused.Accepted);
        await Assert.ThrowsAsync<HubException>(() => worker.JoinAsync(worker.Request(nonce)));
        Assert.Empty(Server.Registry.Connected);
    }

    [Fact]
    public async Task Who_joins_twice_on_one_connection_or_before_hello_is_told_off()
    {
        var worker = await JoinAsync();
        var stranger = await ConnectAsync();

        await Assert.ThrowsAsync<HubException>(() => worker.JoinAsync(worker.Request(new string('0', 64))));
        await Assert.ThrowsAsync<HubException>(() => worker.HelloAsync());
        await Assert.ThrowsAsync<HubException>(() => stranger.JoinAsync(stranger.Request(new string('0', 64))));
        await Assert.ThrowsAsync<HubException>(() => stranger.SetCapacityAsync(1));
        Assert.Single(Server.Registry.Connected);
    }

    [Fact]
    public async Task A_newer_connection_of_a_node_key_replaces_the_older_one()
    {
        using var key = EthereumKey.Create();
        var older = await JoinAsync(key: key);
        var newer = await JoinAsync(key: key, work: assignment => TestAssignment.AnswerAsync(assignment));

        await older.Closed;
        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Equal(older.Id, newer.Id);
        Assert.Equal((2, 0), (answer.Renditions.Count, older.Assigned));
        Assert.Single(Server.Registry.Connected);
        Assert.Equal(1, await Server.ScalarAsync("SELECT count(*) FROM workers"));
    }

    [Fact]
    public async Task A_worker_that_is_gone_before_its_join_is_written_down_is_not_in()
    {
        var worker = await ConnectAsync();
        var nonce = (await worker.HelloAsync()).Nonce;
        Task joining;
        await using (await Server.LockAsync("workers"))
        {
            joining = worker.JoinAsync(worker.Request(nonce));
            await Server.WaitForBlockedAsync();
            worker.Die();
            await worker.Closed;
        }

        await Assert.ThrowsAnyAsync<Exception>(() => joining);
        await JoinAsync();
        Assert.Single(Server.Registry.Connected);
    }

    [Fact]
    public async Task A_worker_that_drains_gets_nothing_more_and_then_leaves()
    {
        var draining = await JoinGoodAsync();
        await draining.SetCapacityAsync(0);
        var other = await JoinGoodAsync();

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());
        await draining.LeaveAsync();
        await Server.WaitForWorkersAsync(registry => registry.Connected.Count == 1);

        Assert.Equal((2, 0, 1), (answer.Renditions.Count, draining.Assigned, other.Assigned));
    }

    [Fact]
    public async Task A_connection_beyond_the_limit_is_closed_and_the_others_stay()
    {
        await using var server = await RunningServer.StartAsync(("Workers:MaxConnections", "1"));
        await using var first = await TestWorker.JoinAsync(server);

        await using var second = await TestWorker.ConnectAsync(server);
        await second.Closed;
        await first.LeaveAsync();
        await server.WaitForWorkersAsync(registry => registry.Connected.Count == 0);
        await using var third = await TestWorker.JoinAsync(server);

        Assert.Equal(third.Id, Assert.Single(server.Registry.Connected).Identity.Id.Value);
    }
}
