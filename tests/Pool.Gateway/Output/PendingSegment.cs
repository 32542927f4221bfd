namespace Pool.Gateway.Output;

/// <summary>The renditions of a segment while they are fetched and checked, in files of their own: nobody plays them yet.</summary>
public sealed class PendingSegment
{
    internal PendingSegment(IReadOnlyList<string> files) => Files = files;

    /// <summary>A path for every profile, in order.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Removes what was fetched of a segment that failed.</summary>
    public void Discard()
    {
        foreach (var file in Files)
        {
            File.Delete(file);
        }
    }
}
