using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

namespace Pool.Worker.Connection;

/// <summary>
/// One rendition on its way to the pool while it is made. The pipe is small: when the line is slower than the encoder, the encoder
/// waits.
/// </summary>
internal sealed class RenditionUpload(HttpClient http, Uri path, string token, CancellationToken cancellationToken)
{
    private const int PauseBytes = 1024 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2));
    private Task? _upload;

    /// <exception cref="HttpRequestException">The upload has failed.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _upload ??= UploadAsync();
        var flushed = await _pipe.Writer.WriteAsync(bytes, cancellationToken);
        if (flushed.IsCompleted)
        {
            await _upload;
        }
    }

    public ValueTask CompleteAsync()
    {
        _upload ??= UploadAsync();
        return _pipe.Writer.CompleteAsync();
    }

    /// <summary>Completes when the pool has the rendition.</summary>
    public Task Finished => _upload ?? Task.FromException(new HttpRequestException("the rendition was never made"));

    /// <summary>The job failed: no more bytes come, and what was sent is broken off.</summary>
    public async ValueTask AbandonAsync()
    {
        await _pipe.Writer.CompleteAsync(new IOException("the rendition was abandoned"));
        if (_upload is not null)
        {
            await _upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task UploadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new PipeContent(_pipe.Reader) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TransferEncodingChunked = true;
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"the pool answered {(int)response.StatusCode} to a rendition", null, response.StatusCode);
            }
        }
        finally
        {
            await _pipe.Reader.CompleteAsync();
        }
    }

    private sealed class PipeContent(PipeReader reader) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            reader.CopyToAsync(stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            reader.CopyToAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
