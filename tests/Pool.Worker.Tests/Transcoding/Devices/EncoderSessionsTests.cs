using Pool.Worker.Transcoding.Devices;

namespace Pool.Worker.Tests.Transcoding.Devices;

public sealed class EncoderSessionsTests
{
    [Fact]
    public void They_are_given_in_the_order_in_which_they_are_asked_for()
    {
        var sessions = new EncoderSessions(3);
        using var first = sessions.Ask(2);
        using var large = sessions.Ask(3);
        using var small = sessions.Ask(1);
        Assert.Equal((true, false, false), (first.IsGranted, large.IsGranted, small.IsGranted));

        first.Dispose();
        Assert.Equal((true, false), (large.IsGranted, small.IsGranted));

        large.Dispose();
        large.Dispose();
        Assert.True(small.IsGranted);
        using var rest = sessions.Ask(2);
        using var tooLate = sessions.Ask(1);
        Assert.Equal((true, false), (rest.IsGranted, tooLate.IsGranted));
    }

    [Fact]
    public void Who_gives_up_waiting_leaves_the_line_and_holds_nobody_up()
    {
        var sessions = new EncoderSessions(2);
        using var held = sessions.Ask(1);
        using var givesUp = sessions.Ask(2);
        using var next = sessions.Ask(1);
        Assert.Throws<OperationCanceledException>(() => givesUp.Wait(new CancellationToken(canceled: true)));

        givesUp.Dispose();

        next.Wait(CancellationToken.None);
        Assert.True(next.IsGranted);
    }

    [Fact]
    public void Nobody_can_ask_for_more_than_there_are() => Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderSessions(2).Ask(3));
}
