namespace Pool.Worker.Transcoding;

/// <summary>The segment, or what is asked of it, is at fault. The message is the network's word for it (protocol §4.11).</summary>
internal sealed class InputFaultException(string word) : Exception(word);
