using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Pool.Server.Node;

namespace Pool.Server.Tests.Hosting;

/// <summary>The small parts that limits are made of.</summary>
public sealed class LimitPartsTests
{
    [Fact]
    public void A_tally_never_gives_a_key_more_than_its_limit_and_forgets_nothing() => Prop.ForAll(
        Gen.Choose(-20, 20).ListOf().ToArbitrary(), steps =>
        {
            const int Limit = 30;
            var tally = new Tally(Limit);
            var inUse = 0;
            foreach (var step in steps)
            {
                if (step >= 0)
                {
                    var fits = inUse + step <= Limit;
                    Assert.Equal(fits, tally.TryTake("a", step));
                    inUse += fits ? step : 0;
                }
                else if (-step <= inUse)
                {
                    tally.GiveBack("a", -step);
                    inUse += step;
                }
                else
                {
                    Assert.Throws<InvalidOperationException>(() => tally.GiveBack("a", -step));
                }
            }

            return tally.Of("a") == inUse && tally.Of("b") == 0;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::/64")]
    public void An_address_is_counted_as_whoever_has_it(string address, string key) => Assert.Equal(key, RemoteAddress.KeyOf(IPAddress.Parse(address)));

    [Fact]
    public void A_flood_of_messages_is_counted_and_told_in_the_next_second()
    {
        var time = new StoppedTime();
        var throttle = new LogThrottle(time, perSecond: 3);

        var passed = Enumerable.Range(0, 1000).Count(_ => throttle.TryPass(out var none) && none == 0);
        time.Now += TimeSpan.FromSeconds(1);
        var next = throttle.TryPass(out var withheld);

        Assert.Equal((3, true, 997L), (passed, next, withheld));
    }

    private sealed class StoppedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
