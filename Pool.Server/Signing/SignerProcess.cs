using System.Net.Sockets;
using System.Text;
using Pool.Server.Node;

namespace Pool.Server.Signing;

/// <summary>The signer as it runs: it unlocks the key, listens on its socket, and opens neither network nor database.</summary>
internal static partial class SignerProcess
{
    /// <summary>Longest path of a Unix socket on Linux, without the zero at its end.</summary>
    private const int MaxSocketPathBytes = 107;

    /// <summary>Answers until it is cancelled.</summary>
    /// <exception cref="StartUpException">Something around it is not as it must be.</exception>
    public static async Task RunAsync(SignerFolder folder, SignerSettings settings, Func<string> passphrase, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var socket = SocketOf(folder.Location, settings);
        var file = Path.Combine(folder.Location, settings.Keystore);
        using var key = SignerFolder.Unlock(SignerFolder.Read(file), passphrase(), file);
        var terms = SignerTerms.Read(settings, key.Address);
        using var book = new SpendingBook(folder.Location, TimeProvider.System);
        var desk = new SignerDesk(key, terms, book, TimeProvider.System, logs.CreateLogger<SignerDesk>());
        await using var listener = Listen(socket, desk, logs);
        LogListening(logs.CreateLogger(nameof(SignerProcess)), key.Address.ToString(), terms.ChainId, socket);
        await listener.RunAsync(cancellationToken);
    }

    private static SignerListener Listen(string socket, SignerDesk desk, ILoggerFactory logs)
    {
        try
        {
            return new SignerListener(socket, desk, TimeProvider.System, logs.CreateLogger<SignerListener>());
        }
        catch (SocketException wrong)
        {
            throw new StartUpException($"The socket {socket} cannot be made: {wrong.Message}.", wrong);
        }
    }

    private static string SocketOf(string folder, SignerSettings settings)
    {
        var path = Path.GetFullPath(Path.Combine(folder, settings.Socket));
        return Encoding.UTF8.GetByteCount(path) <= MaxSocketPathBytes
            ? path
            : throw new StartUpException(
                $"The socket's path {path} is longer than {MaxSocketPathBytes} bytes, which Linux does not take: set Socket in {SignerSettings.FileName} (POOL_SIGNER__SOCKET).");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The signer of {Account} on chain {ChainId} listens on {Socket}")]
    private static partial void LogListening(ILogger logger, string account, ulong chainId, string socket);
}
