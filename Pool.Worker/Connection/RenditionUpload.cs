using System.IO.Pipelines;
using Pool.Shared.Contracts;

namespace Pool.Worker.Connection;

/// <summary>
/// One rendition on its way to the pool. The request begins with the first bytes; when the pool is slower than the encoder, a
/// bounded number of bytes waits here and then the encoder does.
/// </summary>
internal sealed class RenditionUpload
{
    /// <summary>Bytes that may wait before the writer has to.</summary>
    public const int PauseBytes = 1 << 20;

    private const int MaxWriteBytes = 64 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));

    private readonly int _index;

    /// <param name="http">The way to the pool.</param>
    /// <param name="assignment">Whose rendition it is.</param>
    /// <param name="index">Its place among the profiles.</param>
    /// <param name="failed">Learns, once, why the upload failed.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public RenditionUpload(
        AssignmentHttp http, Assignment assignment, int index, Action<string> failed, CancellationToken cancellationToken)
    {
        _index = index;
        var content = new GrowingContent(_pipe.Reader);
        Ended = UploadAsync(http, assignment, content, failed, cancellationToken);
        Sent = Task.WhenAny(content.Sent, Ended);
    }

    /// <summary>Completes when the last byte is on its way, or the request has ended; never throws.</summary>
    public Task Sent { get; }

    /// <summary>Completes when the request has ended, well or not; never throws.</summary>
    public Task Ended { get; }

    /// <summary>Whether the last byte has been handed in.</summary>
    public bool IsComplete { get; private set; }

    /// <exception cref="LinkException">The upload has ended already.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, MaxWriteBytes)];
            bytes = bytes[part.Length..];
            var flushed = await _pipe.Writer.WriteAsync(part, cancellationToken);
            if (flushed.IsCompleted || Ended.IsCompleted)
            {
                // The request knows why it ended; its reason is written down before this one is seen.
                await Ended;
                throw new LinkException($"Rendition {_index} has more bytes after its upload ended");
            }
        }
    }

    /// <summary>No byte follows.</summary>
    public ValueTask CompleteAsync()
    {
        IsComplete = true;
        return _pipe.Writer.CompleteAsync();
    }

    /// <summary>Breaks the request off, so that the pool never takes what it got for a whole rendition.</summary>
    public ValueTask AbandonAsync() =>
        IsComplete ? ValueTask.CompletedTask : _pipe.Writer.CompleteAsync(new LinkException($"Rendition {_index} was abandoned"));

    private async Task UploadAsync(
        AssignmentHttp http, Assignment assignment, GrowingContent content, Action<string> failed, CancellationToken cancellationToken)
    {
        using var body = content;
        try
        {
            await http.UploadAsync(assignment, _index, content, cancellationToken);
        }
        catch (LinkException failure)
        {
            failed(failure.Message);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows why; the bytes are worth nothing now.
        }

        // Wakes a writer that waits for room that nobody will make.
        _pipe.Writer.CancelPendingFlush();
    }
}
