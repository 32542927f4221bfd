namespace Pool.Server.Tests.Kit;

/// <summary>
/// A body that does something between its headers and its bytes. With <c>Expect: 100-continue</c> over HTTP/1.1 the server has taken the
/// headers in by then and waits for the bytes.
/// </summary>
internal sealed class InterruptedContent(byte[] bytes, Action between) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        between();
        await stream.WriteAsync(bytes);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
