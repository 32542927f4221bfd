using Microsoft.AspNetCore.SignalR;
using Pool.Server.Tests.Kit;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Link;

/// <summary>Every refusal of a join is a sentence, and leaves nothing behind (docs/protocol.md, Joining).</summary>
public sealed class JoinRefusalTests(BareServer shared) : IClassFixture<BareServer>
{
    [Theory]
    [InlineData("signature of another key", "signature")]
    [InlineData("signature for another pool", "signature")]
    [InlineData("payee changed on the way", "signature")]
    [InlineData("signature is no hex", "signature")]
    [InlineData("no signature", "signature")]
    [InlineData("node key without checksum", "node key")]
    [InlineData("no node key", "node key")]
    [InlineData("payee is zero", "zero address")]
    [InlineData("payee is no address", "payout address")]
    [InlineData("no capacity", "capacity")]
    [InlineData("no device", "device")]
    [InlineData("control characters in the device", "device")]
    [InlineData("no capabilities", "capabilities")]
    public async Task A_wrong_join_is_refused_with_a_sentence_and_leaves_no_trace(string fault, string word)
    {
        await using var worker = await TestWorker.ConnectAsync(shared.Server);
        var welcome = await worker.HelloAsync();

        var verdict = await worker.JoinAsync(Spoil(worker, welcome.Nonce, fault));

        Assert.False(verdict.Accepted);
        Assert.Contains(word, verdict.Reason, StringComparison.Ordinal);
        Assert.Empty(shared.Server.Registry.Connected);
        Assert.Equal(0, await shared.Server.ScalarAsync("SELECT count(*) FROM workers"));
    }

    [Theory]
    [InlineData(WorkerLink.ProtocolVersion + 1, "the pool must be updated")]
    [InlineData(WorkerLink.ProtocolVersion - 1, "update the worker")]
    public async Task Another_version_of_the_link_is_refused_before_anything_is_signed(int version, string advice)
    {
        await using var worker = await TestWorker.ConnectAsync(shared.Server);

        var welcome = await worker.HelloAsync(version);

        Assert.Contains(advice, welcome.Refusal, StringComparison.Ordinal);
        Assert.Empty(welcome.Nonce);
        await Assert.ThrowsAsync<HubException>(() => worker.JoinAsync(worker.Request(welcome.Nonce)));
        await Assert.ThrowsAsync<HubException>(() => worker.HelloAsync());
    }

    private static JoinRequest Spoil(TestWorker worker, string nonce, string fault)
    {
        var good = worker.Request(nonce);
        using var stranger = EthereumKey.Create();
        return fault switch
        {
            "signature of another key" => good with { NodeKey = stranger.Address.ToString() },
            "signature for another pool" => worker.Request(nonce, audience: "another.example"),
            "payee changed on the way" => good with { Payee = stranger.Address.ToString() },
            "signature is no hex" => good with { Signature = "0x" + new string('z', 130) },
            "no signature" => good with { Signature = null! },   // a stranger's JSON may leave it out
            "node key without checksum" => good with { NodeKey = "0x52908400098527886E0F7030069857D2E4169Ee7" },
            "no node key" => good with { NodeKey = null! },   // as above
            "payee is zero" => good with { Payee = Address.Zero.ToString() },
            "payee is no address" => good with { Payee = "me" },
            "no capacity" => good with { WishedCapacity = 0 },
            "no device" => good with { Device = "" },
            "control characters in the device" => good with { Device = "cpu\0" },
            _ => good with { Capabilities = null! },   // as above
        };
    }
}
