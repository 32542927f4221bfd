namespace Pool.Shared.Ethereum.Abi;

/// <summary>A function of a contract: how it is called and what it answers.</summary>
public sealed class AbiFunction
{
    private static readonly HashSet<string> s_modifiers = new(StringComparer.Ordinal)
    {
        "external", "public", "view", "pure", "payable", "nonpayable", "virtual", "override",
    };

    public AbiFunction(string name, IReadOnlyList<AbiParameter> inputs, IReadOnlyList<AbiParameter> outputs)
    {
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        Signature = AbiSignature.Of(name, inputs);
        Selector = AbiSelector.Of(Signature);
    }

    public string Name { get; }

    public IReadOnlyList<AbiParameter> Inputs { get; }

    public IReadOnlyList<AbiParameter> Outputs { get; }

    /// <summary>The canonical signature, e.g. <c>transfer(address,uint256)</c>.</summary>
    public string Signature { get; }

    /// <summary>What its call data begins with.</summary>
    public AbiSelector Selector { get; }

    /// <summary>Reads a signature, e.g. <c>function usedTickets(bytes32 hash) view returns (bool)</c> or just <c>usedTickets(bytes32)</c>.</summary>
    /// <exception cref="AbiException">It is none.</exception>
    public static AbiFunction Parse(string signature)
    {
        var reader = new AbiSignatureReader(signature);
        var (name, inputs) = AbiSignature.Read(reader, "function");
        while (!reader.IsAtEnd)
        {
            var word = reader.Word();
            if (word == "returns")
            {
                var outputs = reader.Parameters();
                reader.RequireEnd();
                return new AbiFunction(name, inputs, outputs);
            }

            if (!s_modifiers.Contains(word))
            {
                throw new AbiException($"'{word}' is no word of a function's signature");
            }
        }

        return new AbiFunction(name, inputs, []);
    }

    /// <summary>Call data: the selector and the arguments.</summary>
    /// <exception cref="AbiException">The arguments do not fit.</exception>
    public byte[] EncodeCall(params IReadOnlyList<AbiValue> arguments) => [.. Selector.ToBytes(), .. AbiEncoder.Encode(Inputs, arguments)];

    /// <summary>Reads call data back.</summary>
    /// <exception cref="AbiException">It is not a call of this function.</exception>
    public AbiArguments DecodeCall(ReadOnlyMemory<byte> data) => AbiSelector.TryRead(data.Span, out var selector) && selector == Selector
        ? AbiDecoder.Decode(Inputs, data[AbiSelector.Length..])
        : throw new AbiException($"the data is not a call of {Signature}");

    /// <summary>What the function answers, encoded.</summary>
    /// <exception cref="AbiException">The values do not fit.</exception>
    public byte[] EncodeResult(params IReadOnlyList<AbiValue> values) => AbiEncoder.Encode(Outputs, values);

    /// <summary>Reads what the function answered.</summary>
    /// <exception cref="AbiException">The bytes are no such answer; an address without a contract answers no bytes at all.</exception>
    public AbiArguments DecodeResult(ReadOnlyMemory<byte> data) => AbiDecoder.Decode(Outputs, data);

    public override string ToString() => Signature;
}
