using System.Security.Cryptography;
using System.Text;
using Pool.Shared.Ethereum;

namespace Pool.Worker.Connection;

/// <summary>The worker's node key on disk: 64 hex digits in a file that only its owner may read. Who has it is this worker.</summary>
internal static class NodeKeyFile
{
    public const string Name = "node.key";

    private const string NewEnding = ".new";
    private const int Digits = EthereumKey.Bytes * 2;

    /// <summary>Room for the digits, a line end and a little of an editor's habits; a longer file is no node key.</summary>
    private const int MaxFileBytes = Digits + 16;

    /// <summary>Reads the node key, or makes one when there is none. A file that is no key is never overwritten.</summary>
    /// <exception cref="WorkerSetupException">The file is damaged, or cannot be read or made.</exception>
    public static EthereumKey LoadOrCreate(WorkerHome home)
    {
        var path = Path.Combine(home.Path, Name);
        try
        {
            return File.Exists(path) ? Load(path) : Create(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WorkerSetupException($"The node key {path} cannot be used: {Sentence.Of(failure)}", failure);
        }
    }

    private static EthereumKey Load(string path)
    {
        var isShort = new FileInfo(path).Length <= MaxFileBytes;
        var text = isShort ? File.ReadAllText(path, Encoding.ASCII).Trim() : "";
        var bytes = new byte[EthereumKey.Bytes];
        try
        {
            if (text.Length == Digits && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done)
            {
                return EthereumKey.FromBytes(bytes);
            }
        }
        catch (ArgumentException)
        {
            // 32 bytes that are no key of the curve: as damaged as any other text.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        throw new WorkerSetupException(
            $"The node key {path} is damaged: it is not {Digits} hex digits. Put a copy of it back, or move it away to join as a new worker");
    }

    /// <summary>Under another name first and flushed to the disk, so that a power cut leaves a whole key or none.</summary>
    private static EthereumKey Create(string path)
    {
        var key = EthereumKey.Create();
        var bytes = key.ExportBytes();
        try
        {
            File.Delete(path + NewEnding);
            using (var file = OwnerOnly.File(path + NewEnding, FileMode.CreateNew))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(path + NewEnding, path, overwrite: false);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
