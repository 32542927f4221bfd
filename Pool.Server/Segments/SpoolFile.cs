using System.Buffers;
using System.Security.Cryptography;

namespace Pool.Server.Segments;

/// <summary>A finished file of the spool. The id is random and says nothing about session, profile or worker.</summary>
public sealed record SpoolFile(string Id, string Path, long Length)
{
    private const int IdBytes = 16;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Length of an id in characters: 128 random bits as lower-case hex.</summary>
    public const int IdLength = IdBytes * 2;

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Whether <paramref name="text"/> can be an id at all; anything else never reaches the file system.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept(s_hex);

    /// <summary>Opens the file for reading, for as long as the caller holds it: deleting it meanwhile does no harm.</summary>
    public FileStream OpenRead() => new(Path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 0,
    });
}
