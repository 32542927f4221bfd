using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>Capability numbers to words and back.</summary>
internal sealed class CapabilityBitstringCheck : ISectionCheck
{
    public string Section => "capability_bitstring";

    public void Check(VectorCase vector)
    {
        int[] numbers = [.. vector.Fields.WholeNumbers("capabilities").Select(number => checked((int)number))];
        var words = vector.Fields.Words("words");
        vector.Expect("words", words, CapabilitySet.FromNumbers(numbers).ToWords());
        vector.Expect(
            "capabilities", numbers.Where(number => number >= 0).Distinct().Order(), CapabilitySet.FromWords(words).ToNumbers());
    }
}
