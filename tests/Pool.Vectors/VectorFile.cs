using System.Text.Json;

namespace Pool.Vectors;

/// <summary>A file of vectors: an object with one array of cases per section, and remarks under <c>meta</c>.</summary>
public sealed class VectorFile : IDisposable
{
    /// <summary>Key of the remarks; everything else is a section.</summary>
    private const string Remarks = "meta";

    /// <summary>Largest file that is read; the real ones are a hundredth of it.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly JsonDocument _document;

    private VectorFile(JsonDocument document) => _document = document;

    /// <summary>Sections in the order of the file.</summary>
    public IEnumerable<(string Section, JsonElement Cases)> Sections => _document.RootElement.EnumerateObject()
        .Where(property => !string.Equals(property.Name, Remarks, StringComparison.Ordinal))
        .Select(property => (property.Name, property.Value));

    /// <summary>Reads a file.</summary>
    /// <exception cref="VectorFormatException">The file is not there, cannot be read, or holds no vectors; the message says so.</exception>
    public static VectorFile Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                throw new VectorFormatException($"it is larger than {MaxBytes} bytes");
            }

            return Of(JsonDocument.Parse(stream));
        }
        catch (JsonException exception)
        {
            throw new VectorFormatException($"it is not JSON: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VectorFormatException("there is no such file", exception);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new VectorFormatException(exception.Message.ReplaceLineEndings(" "), exception);
        }
    }

    public void Dispose() => _document.Dispose();

    private static VectorFile Of(JsonDocument document)
    {
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new VectorFile(document);
        }

        document.Dispose();
        throw new VectorFormatException("its top level is not an object of sections");
    }
}
