namespace Pool.Server.Node;

/// <summary>Lets a few like messages of each second through and counts the others, so that nobody can fill the logs.</summary>
/// <param name="time">The clock.</param>
/// <param name="perSecond">Messages of one second that pass.</param>
public sealed class LogThrottle(TimeProvider time, int perSecond = 10)
{
    private readonly Lock _gate = new();
    private long _second = long.MinValue;
    private int _passed;
    private long _withheld;

    /// <summary>Whether this message may be written.</summary>
    /// <param name="withheld">Messages that were not written since the last one that was.</param>
    public bool TryPass(out long withheld)
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            if (second != _second)
            {
                (_second, _passed) = (second, 0);
            }

            if (_passed >= perSecond)
            {
                _withheld++;
                withheld = 0;
                return false;
            }

            _passed++;
            (withheld, _withheld) = (_withheld, 0);
            return true;
        }
    }
}
