namespace Pool.Worker.Connection;

/// <summary>A request to the pool did not do its work. The message is a sentence for people.</summary>
internal sealed class LinkException : Exception
{
    public LinkException()
    {
    }

    public LinkException(string message)
        : base(message)
    {
    }

    public LinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether there was no answer at all, so that an idempotent request may be sent once more.</summary>
    public bool NoAnswer { get; init; }
}
