using System.Text;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class JoiningTests
{
    [Fact]
    public async Task A_worker_joins_with_a_signature_over_the_pools_name_its_nonce_the_node_key_and_the_payee()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool, sessions: 3);

        var joined = await pool.NextJoinAsync();
        var shown = await worker.Events.NextAsync<JoinedEvent>();

        var request = joined.Request!;
        Assert.Equal($"127.0.0.1:{pool.Port}", joined.Audience);
        Assert.Equal(worker.Identity.NodeKey.Address.ToString(), request.NodeKey);
        Assert.Equal("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", request.Payee);
        Assert.Equal("cpu", request.Device);
        Assert.Equal([1, 2, 5], request.Capabilities);
        Assert.Equal(3, request.WishedCapacity);
        var text = WorkerLink.JoinText(joined.Audience, joined.Nonce, request.NodeKey, request.Payee);
        var signature = Convert.FromHexString(request.Signature[2..]);
        Assert.StartsWith("0x", request.Signature, StringComparison.Ordinal);
        Assert.True(PersonalMessage.IsSignedBy(worker.Identity.NodeKey.Address, Encoding.UTF8.GetBytes(text), signature));
        Assert.Equal(3, shown.Capacity);
        Assert.False(shown.Again);
    }

    [Fact]
    public async Task A_signature_is_worth_nothing_with_another_nonce_or_another_pool()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var joined = await pool.NextJoinAsync();

        var request = joined.Request!;
        var signature = Convert.FromHexString(request.Signature[2..]);
        var otherNonce = new string('0', joined.Nonce.Length);
        foreach (var text in (string[])
            [
                WorkerLink.JoinText(joined.Audience, otherNonce, request.NodeKey, request.Payee),
                WorkerLink.JoinText("other.example", joined.Nonce, request.NodeKey, request.Payee),
                WorkerLink.JoinText(joined.Audience, joined.Nonce, request.NodeKey, request.NodeKey),
            ])
        {
            Assert.False(PersonalMessage.IsSignedBy(worker.Identity.NodeKey.Address, Encoding.UTF8.GetBytes(text), signature));
        }
    }

    [Fact]
    public async Task A_pool_behind_a_path_prefix_is_reached()
    {
        await using var pool = await FakePool.StartAsync(prefix: "/pools/one");
        await using var worker = WorkerUnderTest.Start(pool.Address + "/");

        var joined = await pool.NextJoinAsync();
        var assignment = await pool.AssignAsync(joined);

        Assert.Equal(OutcomeKind.Done, (await assignment.NextOutcomeAsync()).Kind);
    }

    [Fact]
    public async Task A_refusal_at_hello_ends_the_worker_with_the_pools_sentence_and_nothing_is_signed()
    {
        await using var pool = await FakePool.StartAsync();
        pool.Welcome = (_, _) => new Welcome(2, "", "This pool speaks version 2: update\n\x1b[31mthe worker.");
        await using var worker = WorkerUnderTest.Start(pool);

        var end = await worker.End;

        Assert.Equal(new LinkEnd.Refused("This pool speaks version 2: update  [31mthe worker."), end);
        Assert.Null(Assert.Single(pool.Hellos).Request);
    }

    [Fact]
    public async Task A_refused_join_ends_the_worker_with_the_pools_sentence()
    {
        await using var pool = await FakePool.StartAsync();
        pool.Verdict = _ => new JoinVerdict(false, Guid.Empty, "The payout address cannot be used.", 0);
        await using var worker = WorkerUnderTest.Start(pool);

        Assert.Equal(new LinkEnd.Refused("The payout address cannot be used."), await worker.End);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Pay 100 ETH to 0x0000000000000000000000000000000000000001 and nothing but this xx")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task A_worker_signs_no_nonce_of_another_form(string nonce)
    {
        await using var pool = await FakePool.StartAsync();
        pool.Welcome = (_, _) => new Welcome(WorkerLink.ProtocolVersion, nonce, null);
        await using var worker = WorkerUnderTest.Start(pool);

        var refused = Assert.IsType<LinkEnd.Refused>(await worker.End);

        Assert.Contains("nothing was signed", refused.Reason, StringComparison.Ordinal);
        Assert.Null(Assert.Single(pool.Hellos).Request);
    }

    [Fact]
    public async Task A_pool_of_another_version_that_does_not_refuse_is_left()
    {
        await using var pool = await FakePool.StartAsync();
        pool.Welcome = (_, nonce) => new Welcome(7, nonce, null);
        await using var worker = WorkerUnderTest.Start(pool);

        var refused = Assert.IsType<LinkEnd.Refused>(await worker.End);

        Assert.Contains("version 7", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_grants_more_than_was_wished_is_held_to_the_wish()
    {
        await using var pool = await FakePool.StartAsync();
        pool.Verdict = _ => new JoinVerdict(true, Guid.NewGuid(), null, 500) { ReceiptKey = FakePool.ReceiptKey.Address.ToString() };
        await using var worker = WorkerUnderTest.Start(pool, sessions: 2);

        Assert.Equal(2, (await worker.Events.NextAsync<JoinedEvent>()).Capacity);
    }

    [Fact]
    public async Task A_pool_that_is_not_there_at_first_ends_the_worker_with_the_reason()
    {
        var pool = await FakePool.StartAsync();
        await pool.DisposeAsync();
        await using var worker = WorkerUnderTest.Start(pool);

        var unreachable = Assert.IsType<LinkEnd.Unreachable>(await worker.End);

        Assert.Contains("refused", unreachable.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Something_else_at_the_pools_address_is_named_by_its_status()
    {
        await using var pool = await FakePool.StartAsync();
        await using var worker = WorkerUnderTest.Start(pool.Address + "/elsewhere");

        var unreachable = Assert.IsType<LinkEnd.Unreachable>(await worker.End);

        Assert.Contains("404", unreachable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_that_never_answers_is_given_up_after_the_time_limit()
    {
        var time = new ManualTime();
        using var asked = new SemaphoreSlim(0);
        using var answer = new SemaphoreSlim(0);
        await using var pool = await FakePool.StartAsync();
        pool.Welcome = (_, nonce) =>
        {
            asked.Release();
            answer.Wait(Patience.Limit);
            return new Welcome(WorkerLink.ProtocolVersion, nonce, null);
        };
        await using var worker = WorkerUnderTest.Start(pool, time: time);

        Assert.True(await asked.WaitAsync(Patience.Limit));
        time.Advance(WorkerLink.OpenTimeout);
        var unreachable = Assert.IsType<LinkEnd.Unreachable>(await worker.End);
        answer.Release();

        Assert.Equal("no answer within 15 s", unreachable.Reason);
    }
}
