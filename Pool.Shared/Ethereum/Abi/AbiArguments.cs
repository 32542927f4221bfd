using System.Collections;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>Values and the parameters they are for, by position and by name.</summary>
public sealed class AbiArguments(IReadOnlyList<AbiParameter> parameters, IReadOnlyList<AbiValue> values) : IReadOnlyList<AbiValue>
{
    /// <summary>The parameters, in the same order.</summary>
    public IReadOnlyList<AbiParameter> Parameters => parameters;

    public int Count => values.Count;

    public AbiValue this[int index] => values[index];

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="AbiException">No parameter has this name.</exception>
    public AbiValue this[string name]
    {
        get
        {
            for (var index = 0; index < parameters.Count; index++)
            {
                if (parameters[index].Name == name)
                {
                    return values[index];
                }
            }

            throw new AbiException($"there is no parameter '{name}'");
        }
    }

    public IEnumerator<AbiValue> GetEnumerator() => values.GetEnumerator();

    /// <summary>Names and values, for people.</summary>
    public override string ToString() => string.Join(
        ", ", parameters.Zip(values, (parameter, value) => parameter.Name.Length == 0 ? value.ToString() : $"{parameter.Name}: {value}"));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
