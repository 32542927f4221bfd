namespace Pool.Shared.Ethereum.Abi;

/// <summary>An error a contract can revert with.</summary>
public sealed class AbiError
{
    public AbiError(string name, IReadOnlyList<AbiParameter> parameters)
    {
        (Name, Parameters) = (name, parameters);
        Signature = AbiSignature.Of(name, parameters);
        Selector = AbiSelector.Of(Signature);
    }

    public string Name { get; }

    public IReadOnlyList<AbiParameter> Parameters { get; }

    /// <summary>The canonical signature, e.g. <c>InsufficientBalance(uint256,uint256)</c>.</summary>
    public string Signature { get; }

    /// <summary>What its data begins with.</summary>
    public AbiSelector Selector { get; }

    /// <summary>Reads a signature, e.g. <c>error InsufficientBalance(uint256 available, uint256 required)</c>.</summary>
    /// <exception cref="AbiException">It is none.</exception>
    public static AbiError Parse(string signature)
    {
        var reader = new AbiSignatureReader(signature);
        var (name, parameters) = AbiSignature.Read(reader, "error");
        reader.RequireEnd();
        return new AbiError(name, parameters);
    }

    /// <summary>The data of a revert with this error.</summary>
    /// <exception cref="AbiException">The values do not fit.</exception>
    public byte[] Encode(params IReadOnlyList<AbiValue> values) => [.. Selector.ToBytes(), .. AbiEncoder.Encode(Parameters, values)];

    /// <summary>Reads the data of a revert.</summary>
    /// <exception cref="AbiException">It is not this error's.</exception>
    public AbiArguments Decode(ReadOnlyMemory<byte> data) => AbiSelector.TryRead(data.Span, out var selector) && selector == Selector
        ? AbiDecoder.Decode(Parameters, data[AbiSelector.Length..])
        : throw new AbiException($"the data is not of the error {Signature}");

    public override string ToString() => Signature;
}
