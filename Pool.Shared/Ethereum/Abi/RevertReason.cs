using System.Numerics;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>Why a call was reverted, as far as its data says.</summary>
public abstract record RevertReason
{
    private static readonly AbiError s_error = AbiError.Parse("error Error(string message)");
    private static readonly AbiError s_panic = AbiError.Parse("error Panic(uint256 code)");

    private RevertReason()
    {
    }

    /// <summary>Reads a revert's data. Whatever the bytes are, there is an answer.</summary>
    /// <param name="data">The data.</param>
    /// <param name="errors">Errors the contract declares beside Solidity's own two.</param>
    public static RevertReason Decode(ReadOnlyMemory<byte> data, params IEnumerable<AbiError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (data.IsEmpty)
        {
            return new None();
        }

        try
        {
            return DecodeKnown(data, errors) ?? new Unknown(data.ToArray());
        }
        catch (AbiException)
        {
            // It begins like an error we know and is not one.
            return new Unknown(data.ToArray());
        }
    }

    private static RevertReason? DecodeKnown(ReadOnlyMemory<byte> data, IEnumerable<AbiError> errors)
    {
        if (!AbiSelector.TryRead(data.Span, out var selector))
        {
            return null;
        }

        if (selector == s_error.Selector)
        {
            return new Message(s_error.Decode(data)[0].AsText());
        }

        if (selector == s_panic.Selector)
        {
            return new Panic(s_panic.Decode(data)[0].AsNumber());
        }

        var error = errors.FirstOrDefault(error => error.Selector == selector);
        return error is null ? null : new Custom(error, error.Decode(data));
    }

    /// <summary>No data: a bare <c>revert()</c>, an old <c>assert</c>, or no contract at all.</summary>
    public sealed record None : RevertReason
    {
        public override string ToString() => "no reason given";
    }

    /// <summary><c>require(…, "text")</c> or <c>revert("text")</c>.</summary>
    /// <param name="Text">The text; whoever wrote the contract chose it.</param>
    public sealed record Message(string Text) : RevertReason
    {
        public override string ToString() => Text;
    }

    /// <summary>A fault that the compiler's own checks found.</summary>
    /// <param name="Code">Solidity's number of the fault.</param>
    public sealed record Panic(BigInteger Code) : RevertReason
    {
        /// <summary>What the number means.</summary>
        public string Meaning => Code.CompareTo(int.MaxValue) > 0 ? "unknown panic" : (int)Code switch
        {
            0x00 => "generic panic",
            0x01 => "assertion failed",
            0x11 => "arithmetic overflow or underflow",
            0x12 => "division or modulo by zero",
            0x21 => "no such value of an enum",
            0x22 => "storage byte array is wrongly encoded",
            0x31 => "pop of an empty array",
            0x32 => "index out of bounds",
            0x41 => "too much memory allocated",
            0x51 => "call of an uninitialised internal function",
            _ => "unknown panic",
        };

        public override string ToString() => $"panic 0x{(Code.IsZero ? "00" : Convert.ToHexStringLower(BigEndian.Minimal(Code)))}: {Meaning}";
    }

    /// <summary>An error that the contract declares.</summary>
    public sealed record Custom(AbiError Error, AbiArguments Arguments) : RevertReason
    {
        public override string ToString() => $"{Error.Name}({Arguments})";
    }

    /// <summary>Data that is none of these.</summary>
    public sealed record Unknown(byte[] Data) : RevertReason
    {
        /// <summary>How much of the data is shown.</summary>
        private const int ShownBytes = 64;

        public override string ToString() =>
            $"unknown error 0x{Convert.ToHexStringLower(Data.AsSpan(0, Math.Min(Data.Length, ShownBytes)))} ({Data.Length} bytes)";
    }
}
