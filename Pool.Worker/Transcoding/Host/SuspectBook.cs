namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// Remembers which segments were in a host when it died, and which streams are known for it. A segment that was there at one death
/// runs alone from then on; at the second it is condemned, and since it was alone then, nobody else can have done it. Bounded: the
/// oldest entries are forgotten first. Safe to call from any thread.
/// </summary>
internal sealed class SuspectBook
{
    /// <summary>Segments that are remembered.</summary>
    public const int MaxSegments = 256;

    /// <summary>Streams that are remembered.</summary>
    public const int MaxSessions = 1024;

    /// <summary>A segment that was there at so many deaths is refused.</summary>
    public const int DeathsToCondemn = 2;

    /// <summary>A stream of which so many segments in a row ran well alone may run beside others again.</summary>
    public const int GoodSegmentsToForgive = 5;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, Segment> _segments = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, int> _goodSegments = new(StringComparer.Ordinal);

    private sealed record Segment(int Deaths, string? Word);

    /// <summary>Nothing is remembered: no segment needs to be looked up.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count == 0 && _goodSegments.Count == 0;
            }
        }
    }

    /// <summary>The network's word with which this segment is refused, or null.</summary>
    public string? WordAgainst(string fingerprint)
    {
        lock (_gate)
        {
            return _segments.TryGetValue(fingerprint, out var segment) ? segment.Word : null;
        }
    }

    /// <summary>This segment, or its stream, may not share a host with others.</summary>
    public bool MustRunAlone(string fingerprint, string session)
    {
        lock (_gate)
        {
            return _segments.ContainsKey(fingerprint) || _goodSegments.ContainsKey(session);
        }
    }

    /// <summary>A host died, or had to be killed, and this segment was in it.</summary>
    /// <param name="fingerprint">The segment's.</param>
    /// <param name="session">Its stream's session.</param>
    /// <param name="word">The network's word for what it did.</param>
    /// <returns>True when the segment is condemned. A stream that has been condemned before gets no second chance for its next segments.</returns>
    public bool NoteDeath(string fingerprint, string session, string word)
    {
        lock (_gate)
        {
            var deaths = (_segments.TryGetValue(fingerprint, out var known) ? known.Deaths : 0) + 1;
            var isCondemned = deaths >= DeathsToCondemn || _goodSegments.ContainsKey(session);
            Put(_segments, fingerprint, new Segment(deaths, isCondemned ? word : null), MaxSegments);
            if (isCondemned)
            {
                Put(_goodSegments, session, 0, MaxSessions);
            }

            return isCondemned;
        }
    }

    /// <summary>A segment ran alone and the host lived.</summary>
    public void NoteGood(string fingerprint, string session)
    {
        lock (_gate)
        {
            _segments.Remove(fingerprint);
            if (!_goodSegments.TryGetValue(session, out var good))
            {
                return;
            }

            if (good + 1 >= GoodSegmentsToForgive)
            {
                _goodSegments.Remove(session);
            }
            else
            {
                Put(_goodSegments, session, good + 1, MaxSessions);
            }
        }
    }

    private static void Put<T>(OrderedDictionary<string, T> book, string key, T value, int limit)
    {
        book.Remove(key);
        book.Add(key, value);
        if (book.Count > limit)
        {
            book.RemoveAt(0);
        }
    }
}
