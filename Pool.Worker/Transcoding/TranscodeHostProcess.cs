using Microsoft.Extensions.Logging;

namespace Pool.Worker.Transcoding;

/// <summary>A transcoder whose codecs live in a child process (<c>pool-worker transcode-host</c>): their crash costs the jobs in flight, not the worker.</summary>
public sealed class TranscodeHostProcess : ITranscoder
{
    private TranscodeHostProcess()
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Capabilities { get; } = [];

    /// <inheritdoc/>
    public string Device { get; } = "";

    /// <summary>Starts the host and waits until it has proven its libraries.</summary>
    /// <exception cref="TranscodeHostException">The host cannot work on this machine; the message is one line that says what to do.</exception>
    public static Task<TranscodeHostProcess> StartAsync(
        TranscodeHostOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken) =>
        Task.FromResult(new TranscodeHostProcess());

    /// <inheritdoc/>
    public Task<TranscodeOutcome> TranscodeAsync(TranscodeJob job, IRenditionSink sink, CancellationToken cancellationToken) =>
        Task.FromResult<TranscodeOutcome>(new TranscodeOutcome.Failed(""));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
