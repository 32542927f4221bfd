using Microsoft.AspNetCore.Connections;
using Pool.Server.Hosting;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

public sealed class HandshakeGateTests : IDisposable
{
    private static readonly int s_places = HandshakeGate.PlacesPerProcessor * Environment.ProcessorCount;

    private readonly ShiftedTime _time = new();
    private readonly HandshakeGate _gate;

    public HandshakeGateTests() => _gate = new HandshakeGate(_time);

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task Who_finds_no_place_waits_for_one_in_the_order_of_coming()
    {
        var inside = await FillAsync();
        var order = new List<int>();
        var waiting = new List<Task>();
        foreach (var number in Enumerable.Range(0, 3))
        {
            waiting.Add(EnterAsync(number));
        }

        async Task EnterAsync(int number)
        {
            await _gate.EnterAsync(new DefaultConnectionContext(), CancellationToken.None);
            lock (order)
            {
                order.Add(number);
            }
        }

        for (var number = 0; number < waiting.Count; number++)
        {
            HandshakeGate.Leave(inside[number]);
            await waiting[number].WaitAsync(Patience.Limit);
        }

        Assert.Equal([0, 1, 2], order);
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_loses_its_place_and_gives_it_back_once()
    {
        var inside = await FillAsync();
        var next = _gate.EnterAsync(new DefaultConnectionContext(), CancellationToken.None);

        _time.Forward(HandshakeGate.LongestStay);
        await next.WaitAsync(Patience.Limit);
        _time.Forward(HandshakeGate.LongestStay);
        inside.ForEach(HandshakeGate.Leave);

        await Eventually.IsSoAsync("all places are free", () => Task.FromResult(_gate.Free == s_places));
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_place()
    {
        var inside = await FillAsync();
        using var patience = new CancellationTokenSource();
        var impatient = _gate.EnterAsync(new DefaultConnectionContext(), patience.Token);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.WaitAsync(Patience.Limit));
        inside.ForEach(HandshakeGate.Leave);

        Assert.Equal(s_places, _gate.Free);
    }

    private async Task<List<DefaultConnectionContext>> FillAsync()
    {
        var inside = Enumerable.Range(0, s_places).Select(_ => new DefaultConnectionContext()).ToList();
        await Task.WhenAll(inside.Select(connection => _gate.EnterAsync(connection, CancellationToken.None)));
        return inside;
    }
}
