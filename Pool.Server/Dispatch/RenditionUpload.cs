using System.IO.Pipelines;
using Pool.Server.Segments;
using Pool.Server.Verification;
using Pool.Shared.Ethereum;
using Pool.Shared.Media;

namespace Pool.Server.Dispatch;

/// <summary>Takes one rendition's bytes: counts, hashes and spools them in one pass, as they come in.</summary>
internal static class RenditionUpload
{
    /// <param name="body">The bytes.</param>
    /// <param name="profile">What was asked for.</param>
    /// <param name="spool">Where they go.</param>
    /// <param name="maxBytes">How many may come.</param>
    /// <param name="bytesCame">Called whenever some have come: a sign of life.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TooManyBytesException">Larger than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="SpoolFullException">The pool has no room.</exception>
    public static async Task<Rendition> ReceiveAsync(
        PipeReader body, VideoProfile profile, Spool spool, long maxBytes, Action bytesCame, CancellationToken cancellationToken)
    {
        var counter = new RenditionCounter();
        var keccak = new Keccak256();
        await using var file = spool.CreateRendition(maxBytes, profile.Container);
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            bytesCame();
            foreach (var part in read.Buffer)
            {
                counter.Append(part.Span);
                keccak.Append(part.Span);
                await file.WriteAsync(part, cancellationToken);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return new Rendition(profile, await file.CompleteAsync(), keccak.Finish(), counter.Finish());
            }
        }
    }
}
