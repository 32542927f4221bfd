using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Livepeer;

/// <summary>Bytes of segments that are with us now, counted for each address and each session.</summary>
internal sealed class SegmentBytes(IOptions<EdgeOptions> options)
{
    private readonly Tally _perAddress = new(options.Value.MaxSegmentBytesPerAddress);
    private readonly Tally _perSession = new(options.Value.MaxSegmentBytesPerSession);

    /// <summary>Begins to count for one segment.</summary>
    public HeldBytes Hold(string address, string sessionId) => new(_perAddress, address, _perSession, sessionId);

    /// <summary>What an address has with us.</summary>
    public long OfAddress(string address) => _perAddress.Of(address);
}

/// <summary>The bytes of one segment; disposing gives them back.</summary>
internal sealed class HeldBytes(Tally perAddress, string address, Tally perSession, string sessionId) : IDisposable
{
    private long _taken;

    /// <summary>So many bytes more; false when that is more than the address or the session may have.</summary>
    public bool TryTake(long bytes)
    {
        if (!perAddress.TryTake(address, bytes))
        {
            return false;
        }

        if (!perSession.TryTake(sessionId, bytes))
        {
            perAddress.GiveBack(address, bytes);
            return false;
        }

        _taken += bytes;
        return true;
    }

    public void Dispose()
    {
        perAddress.GiveBack(address, _taken);
        perSession.GiveBack(sessionId, _taken);
        _taken = 0;
    }
}
