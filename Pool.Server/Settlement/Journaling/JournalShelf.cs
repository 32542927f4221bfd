namespace Pool.Server.Settlement.Journaling;

/// <summary>A file of the journal.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="marker">What its entries begin with.</param>
internal sealed class JournalFile(string path, ulong marker)
{
    public string Path { get; } = path;

    public ulong Marker { get; } = marker;

    /// <summary>Bytes that are safe on the disk.</summary>
    public long Synced { get; set; } = JournalFormat.HeaderBytes;

    /// <summary>Nothing is added any more.</summary>
    public bool IsClosed { get; set; }
}

/// <summary>Entries that follow each other in one file.</summary>
/// <param name="File">The file.</param>
/// <param name="End">Where the next entry begins.</param>
/// <param name="Entries">What is in them.</param>
internal sealed record JournalBatch(JournalFile File, long End, IReadOnlyList<JournalEntry> Entries);

/// <summary>What is in an entry.</summary>
/// <param name="Version">Version of the payload, see <see cref="JournalFormat"/>.</param>
/// <param name="Payload">The payload.</param>
internal readonly record struct JournalEntry(uint Version, ReadOnlyMemory<byte> Payload);

/// <summary>
/// The journal's files in order, and the place up to which they are in Postgres. A file is deleted when it is closed and all of it is there; that is
/// the journal's only marker, so after a restart a file is brought to Postgres again from its start.
/// </summary>
internal sealed class JournalShelf
{
    /// <summary>Bytes read at once; the longest entry fits in.</summary>
    private const int ReadBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly List<JournalFile> _files = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _place = JournalFormat.HeaderBytes;
    private long _bytes;
    private long _added;
    private long _taken;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Entries that were added so far.</summary>
    public long Added => Interlocked.Read(ref _added);

    /// <summary>Entries that have been taken so far.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Completes at the next entry that is added or taken. Take it before looking.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    /// <summary>A file with so many entries comes behind the others.</summary>
    public void Add(JournalFile file, int entries = 0)
    {
        lock (_gate)
        {
            _files.Add(file);
            Interlocked.Add(ref _bytes, file.Synced);
            Interlocked.Add(ref _added, entries);
        }
    }

    /// <summary>A group of entries is safe on the disk.</summary>
    public void Grow(JournalFile file, int bytes, int entries)
    {
        lock (_gate)
        {
            file.Synced += bytes;
            Interlocked.Add(ref _bytes, bytes);
            Interlocked.Add(ref _added, entries);
        }

        Ring();
    }

    /// <summary>Nothing is added to the file any more.</summary>
    public void Close(JournalFile file)
    {
        lock (_gate)
        {
            file.IsClosed = true;
            DeletePassed();
        }
    }

    /// <summary>The next entries that are not taken yet; null when there are none. The same again until they are taken.</summary>
    /// <param name="max">Entries at the most.</param>
    /// <exception cref="JournalException">The file is not as it was written.</exception>
    public JournalBatch? Read(int max)
    {
        JournalFile file;
        long place;
        long synced;
        lock (_gate)
        {
            if (_files.Count == 0 || _files[0].Synced <= _place)
            {
                return null;
            }

            (file, place, synced) = (_files[0], _place, _files[0].Synced);
        }

        return Read(file, place, synced, max);
    }

    /// <summary>These entries are in Postgres.</summary>
    public void Take(JournalBatch batch)
    {
        lock (_gate)
        {
            if (_files[0] != batch.File || batch.End < _place)
            {
                throw new InvalidOperationException("Entries are taken in their order.");
            }

            _place = batch.End;
            Interlocked.Add(ref _taken, batch.Entries.Count);
            DeletePassed();
        }

        Ring();
    }

    private static JournalBatch Read(JournalFile file, long place, long synced, int max)
    {
        var bytes = new byte[Math.Min(synced - place, ReadBytes)];
        using (var handle = File.OpenHandle(file.Path, share: FileShare.ReadWrite))
        {
            var got = 0;
            while (got < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(got), place + got) is > 0 and var more)
            {
                got += more;
            }

            bytes = got == bytes.Length ? bytes : throw new JournalException($"{file.Path} ends at {place + got}, before its last entry.");
        }

        var (at, entries) = (0, new List<JournalEntry>());
        while (entries.Count < max && JournalFormat.TryReadEntry(bytes.AsSpan(at), file.Marker, out var length, out var version))
        {
            entries.Add(new JournalEntry(version, bytes.AsMemory(at + JournalFormat.EntryHeaderBytes, length - JournalFormat.EntryHeaderBytes)));
            at += length;
        }

        return entries.Count > 0 ? new JournalBatch(file, place + at, entries) : throw new JournalException($"{file.Path} is damaged at {place}.");
    }

    /// <summary>Called under the gate.</summary>
    private void DeletePassed()
    {
        while (_files.Count > 0 && _files[0].IsClosed && _place >= _files[0].Synced)
        {
            File.Delete(_files[0].Path);
            Interlocked.Add(ref _bytes, -_files[0].Synced);
            _files.RemoveAt(0);
            _place = JournalFormat.HeaderBytes;
        }
    }

    private void Ring() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
