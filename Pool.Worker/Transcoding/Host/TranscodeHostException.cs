namespace Pool.Worker.Transcoding.Host;

/// <summary>The transcode host cannot work on this machine. The message is one line for people that says why and what to do.</summary>
public sealed class TranscodeHostException : Exception
{
    public TranscodeHostException()
    {
    }

    public TranscodeHostException(string message)
        : base(message)
    {
    }

    public TranscodeHostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
