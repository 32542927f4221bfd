using Pool.Server.Node;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Node;

/// <summary>The pool's clock while the machine's jumps.</summary>
public sealed class SteadyTimeTests
{
    private static readonly TimeSpan s_near = TimeSpan.FromMilliseconds(500);

    private readonly ShiftedTime _machine = new();
    private readonly SteadyTime _steady;

    public SteadyTimeTests() => _steady = new SteadyTime(_machine);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_jump_of_an_hour_is_caught_up_at_a_twentieth(int sign)
    {
        var (before, hour) = (_steady.GetUtcNow(), TimeSpan.FromHours(sign));
        _machine.Jump(hour);
        Assert.InRange((_steady.GetUtcNow() - before).Duration(), TimeSpan.Zero, s_near);
        Assert.InRange((_steady.Behind - hour).Duration(), TimeSpan.Zero, s_near);

        _machine.Forward(TimeSpan.FromHours(10));
        Assert.InRange((_steady.GetUtcNow() - before - TimeSpan.FromHours(10 + (sign * 0.5))).Duration(), TimeSpan.Zero, s_near);

        _machine.Forward(TimeSpan.FromHours(11));
        Assert.InRange(_steady.Behind.Duration(), TimeSpan.Zero, s_near);
    }

    [Fact]
    public void It_never_goes_back_whatever_the_machine_does()
    {
        var random = new Random(5);
        var last = _steady.GetUtcNow();
        for (var look = 0; look < 2_000; look++)
        {
            _machine.Jump(TimeSpan.FromSeconds(random.Next(-100, 101)));
            _machine.Forward(TimeSpan.FromMilliseconds(random.Next(0, 30)));
            var now = _steady.GetUtcNow();
            Assert.True(now >= last, $"{now:O} after {last:O}");
            last = now;
        }
    }

    [Fact]
    public void Time_that_passes_on_both_is_no_jump()
    {
        _machine.Forward(TimeSpan.FromDays(30));

        Assert.InRange(_steady.Behind.Duration(), TimeSpan.Zero, s_near);
    }
}
