namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// Remembers which segments were in a host when it died, and which streams are known for it. A segment that was there at a death runs
/// alone from then on; when its own host dies, too, it is condemned, and nobody else can have done it. A death beside others makes a
/// suspect and never more, however many copies of the segment were there. Bounded: the oldest entries are forgotten first. Safe to call
/// from any thread.
/// </summary>
internal sealed class SuspectBook
{
    /// <summary>Segments that are remembered.</summary>
    public const int MaxSegments = 256;

    /// <summary>Streams that are remembered.</summary>
    public const int MaxSessions = 1024;

    /// <summary>A stream of which so many segments in a row ran well alone may run beside others again.</summary>
    public const int GoodSegmentsToForgive = 5;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, string?> _wordsAgainst = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, int> _goodSegments = new(StringComparer.Ordinal);

    /// <summary>Nothing is remembered: no segment needs to be looked up.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _wordsAgainst.Count == 0 && _goodSegments.Count == 0;
            }
        }
    }

    /// <summary>The network's word with which this segment is refused, or null.</summary>
    public string? WordAgainst(string fingerprint)
    {
        lock (_gate)
        {
            return _wordsAgainst.GetValueOrDefault(fingerprint);
        }
    }

    /// <summary>This segment, or its stream, may not share a host with others.</summary>
    public bool MustRunAlone(string fingerprint, string session)
    {
        lock (_gate)
        {
            return _wordsAgainst.ContainsKey(fingerprint) || _goodSegments.ContainsKey(session);
        }
    }

    /// <summary>A host died, or had to be killed, and this segment may be why.</summary>
    /// <param name="fingerprint">The segment's.</param>
    /// <param name="session">Its stream's session.</param>
    /// <param name="wasAlone">The host was this segment's alone, as it is for a suspect and for a stream with a condemned segment.</param>
    /// <param name="word">The network's word for what it did.</param>
    /// <returns>True when the segment is condemned.</returns>
    public bool NoteDeath(string fingerprint, string session, bool wasAlone, string word)
    {
        lock (_gate)
        {
            if (wasAlone)
            {
                Put(_wordsAgainst, fingerprint, word, MaxSegments);
                Put(_goodSegments, session, 0, MaxSessions);
            }
            else if (!_wordsAgainst.ContainsKey(fingerprint))
            {
                Put(_wordsAgainst, fingerprint, null, MaxSegments);
            }

            return wasAlone;
        }
    }

    /// <summary>A segment ran alone and the host lived.</summary>
    public void NoteGood(string fingerprint, string session)
    {
        lock (_gate)
        {
            if (_wordsAgainst.GetValueOrDefault(fingerprint) is null)
            {
                _wordsAgainst.Remove(fingerprint);
            }

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
