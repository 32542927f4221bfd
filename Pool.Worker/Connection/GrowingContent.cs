using System.IO.Pipelines;
using System.Net;

namespace Pool.Worker.Connection;

/// <summary>A request body that is sent while it is still being made. Its length is not known, so it goes out chunked.</summary>
internal sealed class GrowingContent(PipeReader bytes) : HttpContent
{
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the last byte has been given to the connection; never, if the request fails before.</summary>
    public Task Sent => _sent.Task;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await bytes.ReadAsync(cancellationToken);
                foreach (var part in read.Buffer)
                {
                    await stream.WriteAsync(part, cancellationToken);
                }

                bytes.AdvanceTo(read.Buffer.End);

                // Without it the client would keep small writes back until its buffer is full.
                await stream.FlushAsync(cancellationToken);
                if (read.IsCompleted)
                {
                    _sent.TrySetResult();
                    return;
                }
            }
        }
        finally
        {
            await bytes.CompleteAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
