namespace Pool.Server.Settlement.Journaling;

/// <summary>A record is not in the journal.</summary>
internal class JournalException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The journal holds as much as it may.</summary>
internal sealed class JournalFullException(long limit) : JournalException($"The journal holds its limit of {limit} bytes (Settlement:JournalMaxBytes).");
