namespace Pool.Server.Node;

/// <summary>Something around the server is not as it must be. The message is one line for a person; no stack trace is shown.</summary>
public sealed class StartUpException(string message, Exception? inner = null) : Exception(message, inner);
