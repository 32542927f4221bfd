namespace Pool.Vectors;

/// <summary>Checks the cases of one section against the real code.</summary>
public interface ISectionCheck
{
    /// <summary>Name of the section in the file.</summary>
    string Section { get; }

    /// <summary>Whether the code that this section is about exists; if not, every case fails and says so.</summary>
    bool IsBuilt => true;

    /// <summary>
    /// Computes what the case asks for, in both directions where there are two, and reports every difference to the case.
    /// </summary>
    void Check(VectorCase vector);
}
