using System.Globalization;

namespace Pool.Benchmarks.Kit;

/// <summary>Fields of the files in which Linux says what memory a process has (proc(5)).</summary>
internal static class ProcessMemory
{
    private const long BytesPerKibibyte = 1024;

    /// <summary>A field in bytes; null when the file does not have it, or may not be read.</summary>
    /// <exception cref="IOException">The process is gone.</exception>
    public static long? Bytes(string file, string field)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is { } line
                ? long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.Integer, CultureInfo.InvariantCulture) * BytesPerKibibyte
                : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
