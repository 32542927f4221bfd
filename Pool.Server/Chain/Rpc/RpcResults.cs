using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Rpc;

/// <summary>What a call without a transaction gave.</summary>
public abstract record CallResult
{
    private CallResult()
    {
    }

    /// <param name="Data">ABI-encoded result.</param>
    public sealed record Returned(ReadOnlyMemory<byte> Data) : CallResult;

    /// <param name="Reason">Why the contract refused.</param>
    public sealed record Reverted(RevertReason Reason) : CallResult;
}

/// <summary>What a transaction would need.</summary>
public abstract record GasEstimate
{
    private GasEstimate()
    {
    }

    /// <param name="Gas">Gas at this moment.</param>
    public sealed record Needs(ulong Gas) : GasEstimate;

    /// <param name="Reason">Why it would revert.</param>
    public sealed record WouldRevert(RevertReason Reason) : GasEstimate;
}

/// <summary>What a node made of a transaction that was sent to it.</summary>
public enum SendVerdict
{
    /// <summary>It took it, or has it already: both are success (chain §5).</summary>
    Taken,

    /// <summary>The nonce is used: one of all attempts with this nonce is in a block.</summary>
    NonceTooLow,

    /// <summary>Its fee is too low, alone or to replace another one with its nonce.</summary>
    Underpriced,

    /// <summary>The account cannot pay for it.</summary>
    InsufficientFunds,

    /// <summary>It was refused for another reason, which is in the text.</summary>
    Refused,

    /// <summary>No answer: it may be there and may not. Send the same bytes again.</summary>
    Unknown,
}

/// <param name="Verdict">What became of it.</param>
/// <param name="Text">The node's words.</param>
public readonly record struct SendResult(SendVerdict Verdict, string Text);

/// <summary>No endpoint gave an answer that can be used.</summary>
public sealed class RpcException(string message, Exception? inner = null) : Exception(message, inner);
