using System.Collections.Concurrent;

namespace Pool.Server.Tests.Kit;

/// <summary>
/// The real time, which goes on by itself and can be made to pass faster by hand: timers that fall due by that fire at once, each time once. Its clock can be put wrong besides, of which timers notice
/// nothing.
/// </summary>
internal sealed class ShiftedTime : TimeProvider
{
    private readonly ConcurrentDictionary<ShiftedTimer, bool> _timers = new();
    private long _shift;
    private long _jump;

    /// <summary>So much time passes.</summary>
    public void Forward(TimeSpan by)
    {
        Interlocked.Add(ref _shift, by.Ticks);
        foreach (var timer in _timers.Keys)
        {
            timer.Shift();
        }
    }

    /// <summary>Somebody puts the clock forward or back; no time passes.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jump, by.Ticks);

    public override DateTimeOffset GetUtcNow() => Passed() + TimeSpan.FromTicks(Interlocked.Read(ref _jump));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _shift) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ShiftedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private DateTimeOffset Passed() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    /// <summary>A timer of the real clock that is set anew whenever time passes by hand.</summary>
    private sealed class ShiftedTimer : ITimer
    {
        private readonly Lock _gate = new();
        private readonly ShiftedTime _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;
        private DateTimeOffset? _due;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public ShiftedTimer(ShiftedTime time, TimerCallback callback, object? state)
        {
            (_time, _callback, _state) = (time, callback, state);
            _real = TimeProvider.System.CreateTimer(static timer => ((ShiftedTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
                return Set(dueTime);
            }
        }

        public void Shift()
        {
            lock (_gate)
            {
                if (_due is { } due)
                {
                    var left = due - _time.Passed();
                    Set(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                }
            }
        }

        public void Dispose()
        {
            _time._timers.TryRemove(this, out _);
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _time._timers.TryRemove(this, out _);
            return _real.DisposeAsync();
        }

        private void Fire()
        {
            lock (_gate)
            {
                Set(_period);
            }

            _callback(_state);
        }

        private bool Set(TimeSpan dueTime)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _due = null;
                _time._timers.TryRemove(this, out _);
            }
            else
            {
                _due = _time.Passed() + dueTime;
                _time._timers[this] = true;
            }

            return _real.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }
}
