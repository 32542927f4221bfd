using System.Buffers.Binary;
using System.Text.Json;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// The worker's side of the host's input. Frames of several jobs take turns; a frame is never cut in half: once begun it is written
/// whole, whatever becomes of its job.
/// </summary>
internal sealed class HostFrameWriter(Stream stream) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly byte[] _header = new byte[HostFrame.HeaderBytes];
    private readonly byte[] _number = new byte[HostFrame.IndexBytes];

    /// <exception cref="HostBrokenException">The host is gone.</exception>
    public ValueTask WriteMessageAsync<T>(HostFrameKind kind, int job, T message, CancellationToken cancellationToken) =>
        WriteAsync(kind, job, JsonSerializer.SerializeToUtf8Bytes(message, HostJson.Of<T>()), null, cancellationToken);

    /// <exception cref="HostBrokenException">The host is gone.</exception>
    public ValueTask WriteAsync(HostFrameKind kind, int job, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        WriteAsync(kind, job, payload, null, cancellationToken);

    /// <exception cref="HostBrokenException">The host is gone.</exception>
    public ValueTask WriteNumberAsync(HostFrameKind kind, int job, int number, CancellationToken cancellationToken) =>
        WriteAsync(kind, job, default, number, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async ValueTask WriteAsync(HostFrameKind kind, int job, ReadOnlyMemory<byte> payload, int? number, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            HostFrame.WriteHeader(_header, kind, job, payload.Length + (number is null ? 0 : HostFrame.IndexBytes));
            await stream.WriteAsync(_header, CancellationToken.None);
            if (number is { } value)
            {
                BinaryPrimitives.WriteInt32BigEndian(_number, value);
                await stream.WriteAsync(_number, CancellationToken.None);
            }

            await stream.WriteAsync(payload, CancellationToken.None);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw new HostBrokenException("the transcode host died", broken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
