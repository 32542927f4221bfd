using System.Numerics;

namespace Pool.Shared.Livepeer;

/// <summary>A set of capabilities as the network writes it: bit c mod 64 of word c div 64 (protocol §2.3). Immutable.</summary>
/// <remarks>The number of words is part of the value: <see cref="IsSubsetOf"/> looks at it, as the network does.</remarks>
public sealed class CapabilitySet : IEquatable<CapabilitySet>
{
    /// <summary>Highest capability number that is accepted; the network's own go to 37. Bounds what a stranger can make us hold.</summary>
    public const int MaxNumber = 4095;

    /// <summary>Bits of a word.</summary>
    private const int WordBits = 64;

    private readonly ulong[] _words;

    private CapabilitySet(ulong[] words) => _words = words;

    /// <summary>Nothing at all.</summary>
    public static CapabilitySet Empty { get; } = new([]);

    /// <summary>What every stock orchestrator and transcoder declares: 0–12, 14 and 26.</summary>
    public static CapabilitySet Default { get; } =
        FromNumbers([.. Enumerable.Range(0, 13), (int)Capability.Mpeg7Signature, (int)Capability.SegmentSlicing]);

    /// <summary>What is assumed of a peer that sends no capabilities: 0–11.</summary>
    public static CapabilitySet Legacy { get; } = FromNumbers([.. Enumerable.Range(0, 12)]);

    /// <summary>The set with exactly these words; zero words at the end are kept.</summary>
    public static CapabilitySet FromWords(IEnumerable<ulong> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new CapabilitySet([.. words]);
    }

    /// <summary>
    /// The set of these numbers in as many words as the highest needs; numbers below zero are skipped, as the network does.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is above <see cref="MaxNumber"/>.</exception>
    public static CapabilitySet FromNumbers(IEnumerable<int> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        var present = numbers.Where(number => number >= 0).ToArray();
        if (present.Length == 0)
        {
            return Empty;
        }

        var highest = present.Max();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(highest, MaxNumber, nameof(numbers));
        var words = new ulong[(highest / WordBits) + 1];
        foreach (var number in present)
        {
            words[number / WordBits] |= 1UL << (number % WordBits);
        }

        return new CapabilitySet(words);
    }

    /// <summary>The set of these capabilities.</summary>
    public static CapabilitySet Of(params IEnumerable<Capability> capabilities) =>
        FromNumbers(capabilities.Select(capability => (int)capability));

    /// <summary>The words, for the wire.</summary>
    public ulong[] ToWords() => [.. _words];

    /// <summary>The numbers in the set, rising.</summary>
    public IReadOnlyList<int> ToNumbers()
    {
        var numbers = new List<int>();
        for (var index = 0; index < _words.Length; index++)
        {
            for (var word = _words[index]; word != 0; word &= word - 1)
            {
                numbers.Add((index * WordBits) + BitOperations.TrailingZeroCount(word));
            }
        }

        return numbers;
    }

    /// <summary>Whether the capability is in the set.</summary>
    public bool Contains(Capability capability) => Contains((int)capability);

    /// <summary>Whether the number is in the set.</summary>
    public bool Contains(int number) =>
        number >= 0 && number / WordBits < _words.Length && (_words[number / WordBits] >> (number % WordBits) & 1) != 0;

    /// <summary>
    /// Whether all of this is in <paramref name="other"/>. A set with more words is never a subset, even when the words are zero: so
    /// the network decides, and a job with a superfluous word is refused by all (protocol §2.3).
    /// </summary>
    public bool IsSubsetOf(CapabilitySet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_words.Length > other._words.Length)
        {
            return false;
        }

        for (var index = 0; index < _words.Length; index++)
        {
            if ((_words[index] & ~other._words[index]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Everything that is in one or the other.</summary>
    public CapabilitySet Union(CapabilitySet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return FromNumbers(ToNumbers().Concat(other.ToNumbers()));
    }

    /// <summary>Everything that is in both.</summary>
    public CapabilitySet Intersect(CapabilitySet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return FromNumbers(ToNumbers().Where(other.Contains));
    }

    public bool Equals(CapabilitySet? other) => other is not null && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as CapabilitySet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var word in _words)
        {
            hash.Add(word);
        }

        return hash.ToHashCode();
    }

    /// <summary>The numbers, for logs.</summary>
    public override string ToString() => string.Join(',', ToNumbers());
}
