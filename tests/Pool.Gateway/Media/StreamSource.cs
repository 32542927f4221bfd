namespace Pool.Gateway.Media;

/// <summary>Where the segments of a run come from; every stream of the run reads the same.</summary>
public abstract class StreamSource
{
    /// <summary>What its picture is.</summary>
    public abstract VideoSource Video { get; }

    /// <summary>Segments it will have; 0 when nobody can know.</summary>
    public virtual int KnownSegments => 0;

    /// <summary>How long it will play; zero when nobody can know.</summary>
    public virtual TimeSpan KnownMedia => TimeSpan.Zero;

    /// <summary>Why it is encoded on the way in, as a sentence for people, or null.</summary>
    public abstract string? IngestNote { get; }

    /// <summary>The segments so far.</summary>
    public abstract IReadOnlyList<SourceSegment> Segments { get; }

    /// <summary>All segments from the first, each as soon as it is there.</summary>
    public abstract IAsyncEnumerable<SourceSegment> ReadAsync(CancellationToken cancellationToken);

    /// <summary>What was wrong with it, known at its end: a line each.</summary>
    public abstract Task<IReadOnlyList<string>> FaultsAsync();
}
