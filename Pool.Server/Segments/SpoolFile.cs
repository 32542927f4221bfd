using System.Buffers;
using System.Security.Cryptography;
using Pool.Shared.Media;

namespace Pool.Server.Segments;

/// <summary>A finished file of the spool. The id is random and says nothing about session, profile or worker.</summary>
public sealed record SpoolFile(string Id, string Path, long Length)
{
    /// <summary>Ending of a rendition in MPEG-TS, on the disk and in its address (protocol §4.9).</summary>
    public const string TransportStreamEnding = ".ts";

    /// <summary>Ending of a rendition in MP4.</summary>
    public const string Mp4Ending = ".mp4";

    /// <summary>Ending of a rendition's perceptual hash (protocol §4.9, §4.10).</summary>
    public const string SignatureEnding = ".phash";

    private const int IdBytes = 16;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Length of an id in characters: 128 random bits as lower-case hex.</summary>
    public const int IdLength = IdBytes * 2;

    /// <summary>Id and ending: what it is called on the disk and, when it is served, in its address.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public static string EndingOf(Container container) => container == Container.Mp4 ? Mp4Ending : TransportStreamEnding;

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Whether <paramref name="text"/> can be an id at all; anything else never reaches the file system.</summary>
    public static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept(s_hex);

    /// <summary>Whether <paramref name="name"/> can be one of a file that is served; anything else never reaches the file system.</summary>
    public static bool IsServedName(ReadOnlySpan<char> name) =>
        name.Length > IdLength && IsId(name[..IdLength]) && name[IdLength..] is TransportStreamEnding or Mp4Ending or SignatureEnding;

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
