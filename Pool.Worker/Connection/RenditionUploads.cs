using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;

namespace Pool.Worker.Connection;

/// <summary>The renditions of one assignment on their way to the pool, each from its first byte on.</summary>
/// <param name="http">The way to the pool.</param>
/// <param name="assignment">Whose renditions they are.</param>
/// <param name="work">Cancelled here when an upload fails: what is still being made is worth nothing then.</param>
internal sealed class RenditionUploads(AssignmentHttp http, Assignment assignment, CancellationTokenSource work) : IRenditionSink, IAsyncDisposable
{
    private readonly RenditionUpload?[] _uploads = new RenditionUpload?[assignment.Profiles.Count];
    private readonly List<Task> _signatures = [];
    private string? _failure;

    /// <summary>Why the first upload that failed did; null while all is well.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct) => Upload(rendition).WriteAsync(bytes, ct);

    /// <inheritdoc/>
    public ValueTask CompleteAsync(int rendition, CancellationToken ct) => Upload(rendition).CompleteAsync();

    /// <inheritdoc/>
    public ValueTask SignAsync(int rendition, ReadOnlyMemory<byte> signature, CancellationToken ct)
    {
        // The bytes are only lent, and the encoder does not wait for a pool that is far away.
        _signatures.Add(SendSignatureAsync(rendition, signature.ToArray()));
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Waits until the last byte of every rendition is on its way and the pool has every signature, or an upload has failed. The pool's answers come
    /// later: the outcome does not wait for them, the pool waits for the bytes.
    /// </summary>
    /// <exception cref="LinkException">A rendition is missing.</exception>
    public async Task SentAsync()
    {
        for (var index = 0; index < _uploads.Length; index++)
        {
            if (_uploads[index] is not { IsComplete: true } upload)
            {
                throw new LinkException($"The transcoder did not finish rendition {index}");
            }

            await upload.Sent;
        }

        await Task.WhenAll(_signatures);
    }

    /// <summary>Breaks off what is not complete and waits for the requests to end.</summary>
    public async ValueTask DisposeAsync()
    {
        var begun = _uploads.OfType<RenditionUpload>().ToList();
        foreach (var upload in begun)
        {
            await upload.AbandonAsync();
        }

        await Task.WhenAll([.. begun.Select(upload => upload.Ended), .. _signatures]);
    }

    /// <summary>Never throws: why it failed is written down.</summary>
    private async Task SendSignatureAsync(int rendition, byte[] signature)
    {
        using var content = new ByteArrayContent(signature);
        try
        {
            await http.SignAsync(assignment, rendition, content, work.Token);
        }
        catch (LinkException failure)
        {
            Fail(failure.Message);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows why.
        }
    }

    private RenditionUpload Upload(int rendition) =>
        _uploads[rendition] ??= new RenditionUpload(http, assignment, rendition, Fail, work.Token);

    private void Fail(string reason)
    {
        Interlocked.CompareExchange(ref _failure, reason, null);
        work.Cancel();
    }
}
