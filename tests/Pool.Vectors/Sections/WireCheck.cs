using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>A message and its bytes, and nothing more: encoded and decoded, every field compared.</summary>
internal sealed class WireCheck(string section, string jsonField) : ISectionCheck
{
    public string Section => section;

    public void Check(VectorCase vector) => WireMessages.Compare(vector, jsonField);
}
