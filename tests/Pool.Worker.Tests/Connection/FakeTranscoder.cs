using Pool.Worker.Transcoding;

namespace Pool.Worker.Tests.Connection;

/// <summary>A transcoder whose work is a function of the test.</summary>
internal sealed class FakeTranscoder : ITranscoder
{
    public IReadOnlyList<int> Capabilities { get; } = [1, 2, 5];

    public string Device => "cpu";

    public bool IsDisposed { get; private set; }

    /// <summary>What a job does; by default the segment's bytes become every rendition.</summary>
    public Func<TranscodeJob, IRenditionSink, CancellationToken, Task<TranscodeOutcome>> Work { get; set; } = EchoAsync;

    public Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken) =>
        Work(job, sink, cancellationToken);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    public static async Task<TranscodeOutcome> EchoAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken)
    {
        using var segment = new MemoryStream();
        await job.Segment.CopyToAsync(segment, cancellationToken);
        for (var rendition = 0; rendition < job.Profiles.Count; rendition++)
        {
            await sink.WriteAsync(rendition, segment.ToArray(), cancellationToken);
            await sink.CompleteAsync(rendition, cancellationToken);
        }

        return new TranscodeOutcome.Done(DecodedFrames: 48, TimeSpan.FromMilliseconds(120));
    }
}
