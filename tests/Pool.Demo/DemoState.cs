using Pool.Gateway.Progress;

namespace Pool.Demo;

/// <summary>A stream as the screen shows it.</summary>
public sealed record StreamLine(string Name, int Segments, double MediaSeconds, int Answered, int Failed, double? RoundTripMs);

/// <summary>What the gateway has said so far. Events come from one thread, the screen reads from another.</summary>
public sealed class DemoState
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StreamLine> _streams = new(StringComparer.Ordinal);
    private readonly Queue<string> _remarks = new();

    /// <summary>Takes an event.</summary>
    public void Take(ProgressEvent progress)
    {
        lock (_lock)
        {
            switch (progress)
            {
                case StreamStarted started:
                    _streams[started.Stream] = new StreamLine(started.Stream, started.Segments, started.MediaSeconds, 0, 0, null);
                    break;
                case SegmentAnswered answered when _streams.TryGetValue(answered.Stream, out var stream):
                    _streams[answered.Stream] = stream with { Answered = stream.Answered + 1, RoundTripMs = answered.RoundTripMs };
                    break;
                case SegmentFailed failed when _streams.TryGetValue(failed.Stream, out var stream):
                    _streams[failed.Stream] = stream with { Failed = stream.Failed + 1 };
                    _remarks.Enqueue(PlainProgress.Text(failed));
                    break;
                case Remark remark:
                    _remarks.Enqueue(remark.Text);
                    break;
            }
        }
    }

    /// <summary>The streams, by name.</summary>
    public IReadOnlyList<StreamLine> Streams()
    {
        lock (_lock)
        {
            return [.. _streams.Values];
        }
    }

    /// <summary>Remarks that came since the last call.</summary>
    public IReadOnlyList<string> TakeRemarks()
    {
        lock (_lock)
        {
            string[] remarks = [.. _remarks];
            _remarks.Clear();
            return remarks;
        }
    }
}
