namespace Pool.Vectors;

/// <summary>A file or a case that is not in the vectors' format. The message is a sentence part that names the place.</summary>
public sealed class VectorFormatException : Exception
{
    public VectorFormatException()
    {
    }

    public VectorFormatException(string message)
        : base(message)
    {
    }

    public VectorFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
