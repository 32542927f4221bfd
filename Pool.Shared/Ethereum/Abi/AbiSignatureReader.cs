using System.Globalization;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>
/// Reads signatures as people and specifications write them, e.g.
/// <c>event NewRound(uint256 indexed round, bytes32 blockHash)</c>; names, <c>indexed</c>, and data locations may be left out.
/// </summary>
internal sealed class AbiSignatureReader
{
    /// <summary>Longest signature that is read.</summary>
    private const int MaxLength = 16 * 1024;

    private const string Indexed = "indexed";

    /// <summary>Words between a type and a name that change nothing in the encoding.</summary>
    private static readonly HashSet<string> s_ignored = new(StringComparer.Ordinal) { "memory", "calldata", "storage", "payable" };

    private readonly string _text;
    private int _at;

    public AbiSignatureReader(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text.Length <= MaxLength ? text : throw new AbiException($"a signature has more than {MaxLength} characters");
    }

    /// <summary>Whether nothing is left but space.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == _text.Length;
        }
    }

    /// <summary>The next word, when it is this one.</summary>
    public bool TryWord(string word)
    {
        var before = _at;
        if (Word() == word)
        {
            return true;
        }

        _at = before;
        return false;
    }

    /// <summary>A name or a keyword; empty when something else comes.</summary>
    public string Word()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    /// <summary>Parameters in brackets; there may be none.</summary>
    public IReadOnlyList<AbiParameter> Parameters() => Parameters(0);

    /// <summary>One type and nothing more.</summary>
    public AbiType OnlyType()
    {
        var type = Type(0);
        return IsAtEnd ? type : throw Unexpected();
    }

    /// <summary>A type whose arrays the text is, and nothing more: the rest of <c>tuple[2][]</c>.</summary>
    public AbiType ArraysOf(AbiType element)
    {
        var type = Arrays(element);
        return IsAtEnd ? type : throw Unexpected();
    }

    /// <exception cref="AbiException">Something is left.</exception>
    public void RequireEnd()
    {
        if (!IsAtEnd)
        {
            throw Unexpected();
        }
    }

    private List<AbiParameter> Parameters(int depth)
    {
        Require('(');
        var parameters = new List<AbiParameter>();
        if (TrySign(')'))
        {
            return parameters;
        }

        do
        {
            if (parameters.Count == AbiType.MaxComponents)
            {
                throw new AbiException($"there are more than {AbiType.MaxComponents} parameters");
            }

            parameters.Add(Parameter(depth));
        }
        while (TrySign(','));
        Require(')');
        return parameters;
    }

    private AbiParameter Parameter(int depth)
    {
        var type = Type(depth);
        var isIndexed = false;
        var name = Word();
        while (name == Indexed || s_ignored.Contains(name))
        {
            isIndexed |= name == Indexed;
            name = Word();
        }

        return new AbiParameter(name, type, isIndexed);
    }

    private AbiType Type(int depth)
    {
        if (depth > AbiType.MaxDepth)
        {
            throw new AbiException($"a type is more than {AbiType.MaxDepth} deep");
        }

        var name = Word();
        return Arrays(name.Length == 0 || (name == "tuple" && NextIs('('))
            ? new AbiType.Tuple(Parameters(depth + 1))
            : AbiElementaryType.Parse(name));
    }

    private AbiType Arrays(AbiType type)
    {
        while (TrySign('['))
        {
            type = new AbiType.Array(type, ArrayLength());
        }

        return type;
    }

    private int? ArrayLength()
    {
        if (TrySign(']'))
        {
            return null;
        }

        var digits = Word();
        Require(']');
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new AbiException($"'{digits}' is no length of an array");
    }

    private bool NextIs(char sign)
    {
        SkipSpace();
        return _at < _text.Length && _text[_at] == sign;
    }

    private bool TrySign(char sign)
    {
        if (!NextIs(sign))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Require(char sign)
    {
        if (!TrySign(sign))
        {
            throw Unexpected($"'{sign}' is missing");
        }
    }

    private AbiException Unexpected(string? what = null) =>
        new($"{what ?? "something unexpected stands"} at character {_at + 1} of the signature '{_text}'");

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }
}
