namespace Pool.Vectors;

/// <summary>A section we know and have no code for yet: its cases fail, so that nobody takes silence for success.</summary>
internal sealed class NotBuiltSection(string section) : ISectionCheck
{
    /// <summary>What a case of such a section, or of such a part of one, is answered with.</summary>
    public const string Words = "not built yet";

    public string Section => section;

    public bool IsBuilt => false;

    public void Check(VectorCase vector) => vector.Fail(Words);
}
