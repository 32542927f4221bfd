namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>A segment as the gateway saw it.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Sequence">Its number in the stream.</param>
/// <param name="From">When it was first sent, as a timestamp.</param>
/// <param name="To">When it had been answered or given up.</param>
/// <param name="Errors">What went wrong before it was answered; nothing in a good pool.</param>
/// <param name="Answer">What came back; null when it was given up.</param>
internal sealed record SentSegment(string Stream, int Sequence, long From, long To, IReadOnlyList<string> Errors, SegmentReply? Answer)
{
    /// <summary>When it was first sent, and when it had been answered or given up.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Times(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return (now - time.GetElapsedTime(From), now - time.GetElapsedTime(To));
    }

    public override string ToString() =>
        $"{Stream}, segment {Sequence}, {(Answer is null ? "lost" : "answered at a later attempt")}: {string.Join("; then ", Errors)}";
}

/// <summary>A good answer.</summary>
/// <param name="SessionId">The session it came in.</param>
/// <param name="Renditions">Its renditions, in the order of the profiles.</param>
internal sealed record SegmentReply(string SessionId, IReadOnlyList<ReceivedRendition> Renditions);

/// <summary>A rendition as the gateway has it.</summary>
/// <param name="Hash">Keccak-256 of its bytes, lower-case hex.</param>
/// <param name="Pixels">Its pixels, as ffprobe counts them.</param>
internal sealed record ReceivedRendition(string Hash, long Pixels);
