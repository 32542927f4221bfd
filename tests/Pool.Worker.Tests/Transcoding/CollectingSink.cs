using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Transcoding;

/// <summary>Keeps the renditions in memory.</summary>
internal sealed class CollectingSink(int renditions) : IRenditionSink
{
    private readonly MemoryStream[] _renditions = [.. Enumerable.Range(0, renditions).Select(_ => new MemoryStream())];

    /// <summary>Renditions that were said to be complete.</summary>
    public HashSet<int> Complete { get; } = [];

    /// <summary>Completes with the first bytes of any rendition.</summary>
    public TaskCompletionSource FirstBytes { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte[] Bytes(int rendition) => _renditions[rendition].ToArray();

    public ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _renditions[rendition].Write(bytes.Span);
        FirstBytes.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(int rendition, CancellationToken ct)
    {
        Complete.Add(rendition);
        return ValueTask.CompletedTask;
    }
}
