using System.IO.Pipelines;
using Pool.Server.Segments;

namespace Pool.Server.Dispatch;

/// <summary>Takes the perceptual hash of one rendition (protocol §4.10). What is in it is the gateway's to compare.</summary>
internal static class SignatureUpload
{
    /// <summary>Longest perceptual hash in bytes: a frame takes about 100, and a segment lasts five minutes at the longest.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    /// <exception cref="TooManyBytesException">Larger than <see cref="MaxBytes"/>.</exception>
    /// <exception cref="SpoolFullException">The pool has no room.</exception>
    public static async Task<SpoolFile> ReceiveAsync(PipeReader body, Spool spool, CancellationToken cancellationToken)
    {
        await using var file = spool.CreateSignature(MaxBytes);
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                await file.WriteAsync(part, cancellationToken);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return await file.CompleteAsync();
            }
        }
    }
}
