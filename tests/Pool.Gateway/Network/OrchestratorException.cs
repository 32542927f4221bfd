namespace Pool.Gateway.Network;

/// <summary>What an orchestrator answered, or did not. The message is its text or a sentence of ours.</summary>
public sealed class OrchestratorException(string message, Exception? inner = null) : Exception(message, inner);
