using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pool.Benchmarks;

/// <summary>Writes a benchmark's figures as JSON.</summary>
internal static class BenchmarkReport
{
    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The machine, as far as it matters for figures.</summary>
    public static string Machine =>
        $"{Environment.ProcessorCount} processors, {RuntimeInformation.ProcessArchitecture}, " +
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The option that every benchmark has.</summary>
    public static Option<string?> JsonOption() => new("--json") { Description = "File that receives every figure.", HelpName = "FILE" };

    /// <summary>Writes the figures if a file was asked for; the program's exit status.</summary>
    public static int Finish(string bench, string? json, object figures)
    {
        if (json is null || Write(json, figures) is not { } error)
        {
            return 0;
        }

        Console.Error.WriteLine($"{bench}: {error}");
        return 1;
    }

    /// <summary>Writes to <paramref name="path"/>; gives what went wrong as a sentence, or null.</summary>
    private static string? Write(string path, object figures)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(figures, s_format) + "\n");
            return null;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return $"the figures cannot be written to '{path}': {exception.Message}";
        }
    }
}
