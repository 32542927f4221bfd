namespace Pool.Server.Tests.Kit;

/// <summary>A body that begins and then waits for the test before it goes on, without a length.</summary>
internal sealed class HeldContent(byte[] first, byte[] rest) : HttpContent
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first part is on its way.</summary>
    public Task Begun => _begun.Task.WaitAsync(Patience.Limit);

    /// <summary>Lets the rest go.</summary>
    public void Release() => _release.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        await stream.WriteAsync(first);
        await stream.FlushAsync();
        _begun.TrySetResult();
        await _release.Task;
        await stream.WriteAsync(rest);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
