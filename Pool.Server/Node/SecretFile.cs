using System.Security.Cryptography;

namespace Pool.Server.Node;

/// <summary>Random secrets that survive a restart: made once, readable by their owner only.</summary>
internal static class SecretFile
{
    private const int SecretBytes = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The 32 bytes of <paramref name="path"/>; made when the file is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="loss">What it would cost to go on with another one, after "delete it".</param>
    /// <exception cref="StartUpException">The file has another length: it is damaged and is not overwritten.</exception>
    public static byte[] ReadOrCreate(string path, string loss = "to end all running sessions")
    {
        if (!File.Exists(path))
        {
            WriteOnce(path, RandomNumberGenerator.GetBytes(SecretBytes));
        }

        var secret = File.ReadAllBytes(path);
        return secret.Length == SecretBytes
            ? secret
            : throw new StartUpException($"{path} has {secret.Length} bytes instead of {SecretBytes}: it is damaged. Restore it, or delete it {loss}.");
    }

    /// <summary>The token in <paramref name="path"/> as text of lower-case hex; made when the file is not there.</summary>
    public static string ReadOrCreateToken(string path)
    {
        if (!File.Exists(path))
        {
            WriteOnce(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)) + "\n"));
        }

        return File.ReadAllText(path).Trim();
    }

    /// <summary>Writes a new file in one step, so that a crash leaves either nothing or all of it.</summary>
    public static void WriteOnce(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }
}
