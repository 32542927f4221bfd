using Pool.Gateway.Network;
using Pool.Gateway.Streaming;

namespace Pool.EndToEnd.Tests.Gateway;

public class PacingTests
{
    [Theory]
    [InlineData(Pace.Live, 3, 0.0, 6.0)]
    [InlineData(Pace.Live, 3, 4.5, 1.5)]
    [InlineData(Pace.Live, 3, 7.0, 0.0)]
    [InlineData(Pace.Live, 0, 0.0, 0.0)]
    [InlineData(Pace.Max, 3, 0.0, 0.0)]
    public void A_live_segment_waits_for_its_time_and_no_longer(Pace pace, int sequence, double elapsed, double wait)
    {
        Assert.Equal(TimeSpan.FromSeconds(wait), Pacing.Wait(pace, Segments.Number(sequence), TimeSpan.FromSeconds(elapsed)));
    }

    [Theory]
    [InlineData(0.5, 2.0, 8.0)]
    [InlineData(2.0, 2.0, 8.0)]
    [InlineData(10.0, 5.0, 40.0)]
    public void Limits_of_a_segment_are_the_networks(double duration, double headers, double call)
    {
        var limits = (NetworkTimes.SegmentHeaders(TimeSpan.FromSeconds(duration)), NetworkTimes.SegmentCall(TimeSpan.FromSeconds(duration)));

        Assert.Equal((TimeSpan.FromSeconds(headers), TimeSpan.FromSeconds(call)), limits);
    }
}
