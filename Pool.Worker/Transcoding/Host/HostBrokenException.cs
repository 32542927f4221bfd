namespace Pool.Worker.Transcoding.Host;

/// <summary>A transcode host is gone, or does not keep to the protocol: this life of it is over.</summary>
internal sealed class HostBrokenException : Exception
{
    public HostBrokenException(string message)
        : base(message)
    {
    }

    public HostBrokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What breaks the protocol was said about the very job that is being looked at.</summary>
    public bool IsJobs { get; private init; }

    public static HostBrokenException OfJob(string message) => new(message) { IsJobs = true };
}
