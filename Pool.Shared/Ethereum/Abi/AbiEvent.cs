using System.Text;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>An event of a contract: what its logs say.</summary>
public sealed class AbiEvent
{
    private readonly AbiParameter[] _inTopics;
    private readonly AbiParameter[] _inData;

    public AbiEvent(string name, IReadOnlyList<AbiParameter> parameters, bool isAnonymous = false)
    {
        (Name, Parameters, IsAnonymous) = (name, parameters, isAnonymous);
        Signature = AbiSignature.Of(name, parameters);
        Topic = Bytes32.Keccak(Encoding.UTF8.GetBytes(Signature));
        _inTopics = [.. parameters.Where(parameter => parameter.IsIndexed)];
        _inData = [.. parameters.Where(parameter => !parameter.IsIndexed)];
        if (TopicCount > MaxTopics)
        {
            throw new AbiException($"the event {name} needs {TopicCount} topics, a log has {MaxTopics}");
        }
    }

    /// <summary>Topics a log can have.</summary>
    public const int MaxTopics = 4;

    public string Name { get; }

    public IReadOnlyList<AbiParameter> Parameters { get; }

    /// <summary>Whether its logs do not name it.</summary>
    public bool IsAnonymous { get; }

    /// <summary>The canonical signature, e.g. <c>NewRound(uint256,bytes32)</c>.</summary>
    public string Signature { get; }

    /// <summary>The hash of the signature: the first topic of its logs, unless it is anonymous.</summary>
    public Bytes32 Topic { get; }

    private int TopicCount => _inTopics.Length + (IsAnonymous ? 0 : 1);

    /// <summary>Reads a signature, e.g. <c>event NewRound(uint256 indexed round, bytes32 blockHash)</c>.</summary>
    /// <exception cref="AbiException">It is none.</exception>
    public static AbiEvent Parse(string signature)
    {
        var reader = new AbiSignatureReader(signature);
        var (name, parameters) = AbiSignature.Read(reader, "event");
        var isAnonymous = reader.TryWord("anonymous");
        reader.RequireEnd();
        return new AbiEvent(name, parameters, isAnonymous);
    }

    /// <summary>Whether a log with these topics can be this event's.</summary>
    public bool Matches(IReadOnlyList<Bytes32> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return topics.Count == TopicCount && (IsAnonymous || topics[0] == Topic);
    }

    /// <summary>Reads a log.</summary>
    /// <param name="topics">Its topics.</param>
    /// <param name="data">Its data.</param>
    /// <returns>The values in the order of the parameters; those whose topic is a hash are an <see cref="AbiValue.Hashed"/>.</returns>
    /// <exception cref="AbiException">It is not a log of this event.</exception>
    public AbiArguments DecodeLog(IReadOnlyList<Bytes32> topics, ReadOnlyMemory<byte> data)
    {
        if (!Matches(topics))
        {
            throw new AbiException($"the log is not of the event {Signature}");
        }

        var fromData = AbiDecoder.Decode(_inData, data).GetEnumerator();
        var nextTopic = IsAnonymous ? 0 : 1;
        var values = new List<AbiValue>(Parameters.Count);
        foreach (var parameter in Parameters)
        {
            if (parameter.IsIndexed)
            {
                values.Add(FromTopic(parameter, topics[nextTopic++]));
            }
            else
            {
                _ = fromData.MoveNext();
                values.Add(fromData.Current);
            }
        }

        return new AbiArguments(Parameters, values);
    }

    /// <summary>The topic that logs with this value of an indexed parameter have: what to search for.</summary>
    /// <exception cref="AbiException">There is no such indexed parameter, its topic is a hash, or the value does not fit.</exception>
    public Bytes32 TopicFor(string parameterName, AbiValue value)
    {
        var parameter = Array.Find(_inTopics, parameter => parameter.Name == parameterName)
            ?? throw new AbiException($"the event {Name} has no indexed parameter '{parameterName}'");
        return FitsTopic(parameter.Type)
            ? new Bytes32(AbiEncoder.Encode([parameter], [value]))
            : throw new AbiException($"a topic holds only the hash of a {parameter.Type}");
    }

    public override string ToString() => Signature;

    private static AbiValue FromTopic(AbiParameter parameter, Bytes32 topic) => FitsTopic(parameter.Type)
        ? AbiDecoder.Decode([parameter], topic.ToBytes())[0]
        : new AbiValue.Hashed(topic);

    /// <summary>Whether the type is one word; of everything else the topic is a hash.</summary>
    private static bool FitsTopic(AbiType type) => !type.IsDynamic && type is not (AbiType.Array or AbiType.Tuple);
}
