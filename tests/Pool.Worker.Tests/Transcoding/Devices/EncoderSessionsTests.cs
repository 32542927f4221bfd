using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

public sealed class EncoderSessionsTests
{
    [Fact]
    public void They_are_given_in_the_order_in_which_they_are_asked_for()
    {
        var sessions = new EncoderSessions(3);
        var first = sessions.Take(2, CancellationToken.None);
        var large = Task.Run(() => sessions.Take(3, CancellationToken.None));
        Assert.True(SpinWait.SpinUntil(() => sessions.WaitingNow == 1, TimeSpan.FromMinutes(1)));
        var small = Task.Run(() => sessions.Take(1, CancellationToken.None));
        Assert.True(SpinWait.SpinUntil(() => sessions.WaitingNow == 2, TimeSpan.FromMinutes(1)));
        Assert.False(large.IsCompleted || small.IsCompleted);

        first.Dispose();
        var three = large.GetAwaiter().GetResult();
        Assert.False(small.IsCompleted);

        three.Dispose();
        small.GetAwaiter().GetResult().Dispose();
        sessions.Take(3, CancellationToken.None).Dispose();
    }

    [Fact]
    public void Who_gives_up_waiting_leaves_the_line_and_holds_nobody_up()
    {
        var sessions = new EncoderSessions(2);
        using var givesUp = new CancellationTokenSource();
        var held = sessions.Take(1, CancellationToken.None);
        var waits = Task.Run(() => sessions.Take(2, givesUp.Token));
        Assert.True(SpinWait.SpinUntil(() => sessions.WaitingNow == 1, TimeSpan.FromMinutes(1)));
        var next = Task.Run(() => sessions.Take(1, CancellationToken.None));

        givesUp.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => waits.GetAwaiter().GetResult());
        next.GetAwaiter().GetResult().Dispose();
        held.Dispose();
        sessions.Take(2, CancellationToken.None).Dispose();
    }

    [Fact]
    public void Nobody_can_ask_for_more_than_there_are() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderSessions(2).Take(3, CancellationToken.None));
}
