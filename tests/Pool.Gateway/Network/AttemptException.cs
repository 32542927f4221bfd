using Pool.Shared.Contracts;

namespace Pool.Gateway.Network;

/// <summary>An attempt to have a segment transcoded failed. The message is the orchestrator's text, or ours where it gave none.</summary>
public sealed class AttemptException : Exception
{
    public AttemptException(string message)
        : base(message)
    {
    }

    public AttemptException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public AttemptException()
    {
    }

    /// <summary>Whether it failed before anything was sent, because no orchestrator can be used.</summary>
    public bool IsWithoutSession { get; private init; }

    /// <summary>Whether the input is at fault, so that no other orchestrator would do better (protocol §4.11).</summary>
    public bool IsInputFault => InputFault.Words.Contains(Message);

    /// <summary>There is nobody to send to.</summary>
    public static AttemptException NoSession(string message) => new(message) { IsWithoutSession = true };
}
