namespace Pool.Shared.Ethereum.Abi;

/// <summary>The interface of a contract: its functions, events and errors.</summary>
public sealed class AbiContract(IReadOnlyList<AbiFunction> functions, IReadOnlyList<AbiEvent> events, IReadOnlyList<AbiError> errors)
{
    public IReadOnlyList<AbiFunction> Functions => functions;

    public IReadOnlyList<AbiEvent> Events => events;

    public IReadOnlyList<AbiError> Errors => errors;

    /// <summary>Reads an interface as compilers write it: a JSON array of entries.</summary>
    /// <exception cref="AbiException">It is none.</exception>
    public static AbiContract Parse(string json) => AbiJson.Read(json);

    /// <summary>A function by its name, or by its signature where a name has several.</summary>
    /// <exception cref="AbiException">There is none, or more than one of this name.</exception>
    public AbiFunction Function(string nameOrSignature) =>
        Single(functions, function => function.Name, function => function.Signature, nameOrSignature, "function");

    /// <summary>An event by its name, or by its signature where a name has several.</summary>
    /// <exception cref="AbiException">There is none, or more than one of this name.</exception>
    public AbiEvent Event(string nameOrSignature) => Single(events, one => one.Name, one => one.Signature, nameOrSignature, "event");

    /// <summary>The function whose call data this is, or null.</summary>
    public AbiFunction? FindFunction(ReadOnlySpan<byte> callData) =>
        AbiSelector.TryRead(callData, out var selector) ? functions.FirstOrDefault(function => function.Selector == selector) : null;

    /// <summary>The event a log with these topics is of, or null.</summary>
    public AbiEvent? FindEvent(IReadOnlyList<Bytes32> topics) =>
        events.FirstOrDefault(one => !one.IsAnonymous && one.Matches(topics));

    /// <summary>Why a call of this contract was reverted.</summary>
    public RevertReason DecodeRevert(ReadOnlyMemory<byte> data) => RevertReason.Decode(data, errors);

    private static T Single<T>(
        IReadOnlyList<T> entries, Func<T, string> nameOf, Func<T, string> signatureOf, string wanted, string kind)
        where T : class
    {
        var found = entries.Where(entry => nameOf(entry) == wanted || signatureOf(entry) == wanted).Take(2).ToArray();
        return found switch
        {
            [var one] => one,
            [] => throw new AbiException($"the contract has no {kind} '{wanted}'"),
            _ => throw new AbiException($"the contract has several of the {kind} '{wanted}': give the signature"),
        };
    }
}
