namespace Pool.Shared.Ethereum.Abi;

/// <summary>Signatures as they are hashed: a name and the canonical types of the parameters.</summary>
internal static class AbiSignature
{
    /// <summary>The canonical signature.</summary>
    public static string Of(string name, IReadOnlyList<AbiParameter> parameters)
    {
        if (parameters.Count > AbiType.MaxComponents)
        {
            throw new AbiException($"{name} has more than {AbiType.MaxComponents} parameters");
        }

        return $"{name}({string.Join(',', parameters.Select(parameter => parameter.Type))})";
    }

    /// <summary>Reads a name and parameters; the word before them may be missing.</summary>
    public static (string Name, IReadOnlyList<AbiParameter> Parameters) Read(AbiSignatureReader reader, string keyword)
    {
        var name = reader.Word();
        if (name == keyword && reader.Word() is { Length: > 0 } second)
        {
            name = second;
        }

        return name.Length > 0 ? (name, reader.Parameters()) : throw new AbiException($"a signature has no name of its {keyword}");
    }
}
