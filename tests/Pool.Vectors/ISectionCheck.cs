namespace Pool.Vectors;

/// <summary>Checks the cases of one section against the real code.</summary>
public interface ISectionCheck
{
    /// <summary>Name of the section in the file.</summary>
    string Section { get; }

    /// <summary>
    /// Computes what the case asks for, in both directions where there are two, and reports every difference to the case.
    /// </summary>
    void Check(VectorCase vector);
}
