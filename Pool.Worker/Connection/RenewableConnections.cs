namespace Pool.Worker.Connection;

/// <summary>
/// Kept connections that can be given up: a half-open one looks as good as any, until a request that went over it gets no answer. Requests
/// that are under way stay where they are.
/// </summary>
internal sealed class RenewableConnections(Func<SocketsHttpHandler> open) : HttpMessageHandler
{
    private HttpMessageInvoker _current = new(open());

    /// <summary>From now on requests go over new connections.</summary>
    public void Renew() => Volatile.Write(ref _current, new HttpMessageInvoker(open()));   // the old ones end with their last request, or when they have idled too long

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Volatile.Read(ref _current).SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Volatile.Read(ref _current).Dispose();
        }

        base.Dispose(disposing);
    }
}
