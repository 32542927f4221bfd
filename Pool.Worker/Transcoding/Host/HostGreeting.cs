namespace Pool.Worker.Transcoding.Host;

/// <summary>The first word of a host that has just been started.</summary>
internal static class HostGreeting
{
    /// <summary>Loading libraries from a slow disk takes this long at the very most.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <exception cref="TranscodeHostException">The host cannot work on this machine, or is not of this build.</exception>
    public static async Task<HostHello> ReadAsync(Stream output, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        HostHello hello;
        try
        {
            using var frame = await HostFrame.ReadAsync(output, new byte[HostFrame.HeaderBytes], either.Token);
            hello = frame is { Kind: HostFrameKind.Hello }
                ? frame.Read<HostHello>()
                : throw new TranscodeHostException("The transcode host ended before it could say what it can do.");
        }
        catch (HostBrokenException wrong)
        {
            throw new TranscodeHostException($"The transcode host cannot be understood: {wrong.Message}.", wrong);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TranscodeHostException($"The transcode host said nothing for {s_patience.TotalSeconds:0} seconds.", late);
        }

        return hello switch
        {
            { Version: not HostFrame.ProtocolVersion } => throw new TranscodeHostException(
                $"The transcode host speaks version {hello.Version} of its protocol, this worker {HostFrame.ProtocolVersion}: they are of different builds."),
            { Error: { } error } => throw new TranscodeHostException(error),
            { Device: null } or { Capabilities: null } => throw new TranscodeHostException("The transcode host does not say what it can do."),
            _ => hello,
        };
    }
}
