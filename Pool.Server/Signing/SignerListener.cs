using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;

namespace Pool.Server.Signing;

/// <summary>The signer's socket: any number of requests on a connection, one after the other; a bounded number of connections.</summary>
internal sealed partial class SignerListener : IAsyncDisposable
{
    /// <summary>Connections at once; the pool's server has <see cref="SignerClient.MaxConnections"/>.</summary>
    public const int MaxConnections = 32;

    /// <summary>A connection that asks nothing for so long is closed; so is one that takes so long to send a request.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);

    /// <summary>Connections that wait to be accepted.</summary>
    private const int Backlog = 16;

    /// <summary>Of the socket: owner and group, so that a server of another user reaches it by a common group.</summary>
    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private readonly SignerDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger<SignerListener> _logger;
    private readonly ConcurrentDictionary<Task, bool> _connections = new();

    /// <summary>Begins to listen. A socket that is there already is nobody's: the signer's folder is locked.</summary>
    public SignerListener(string path, SignerDesk desk, TimeProvider time, ILogger<SignerListener> logger)
    {
        (_path, _desk, _time, _logger) = (path, desk, time, logger);
        File.Delete(path);
        _socket.Bind(new UnixDomainSocketEndPoint(path));

        // Before anybody can connect: until Listen they are refused.
        File.SetUnixFileMode(path, SocketMode);
        _socket.Listen(Backlog);
    }

    /// <summary>Answers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var connection = await _socket.AcceptAsync(cancellationToken);
                if (_connections.Count >= MaxConnections)
                {
                    LogFull(MaxConnections);
                    connection.Dispose();
                    continue;
                }

                var serving = ServeAsync(connection, cancellationToken);
                _connections[serving] = true;
                _ = serving.ContinueWith(ended => _connections.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // SIGTERM: what is being answered still is.
        }

        await Task.WhenAll(_connections.Keys);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        File.Delete(_path);
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            while (await ReadAsync(stream, cancellationToken) is { } json)
            {
                var answer = SignerFrame.Encode(JsonSerializer.SerializeToUtf8Bytes(_desk.Answer(json), SignerJson.Default.SignerAnswer));
                await stream.WriteAsync(answer, CancellationToken.None).AsTask().WaitAsync(IdleTime, _time, CancellationToken.None);
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or TimeoutException)
        {
            // Whoever was there has gone, was idle for too long, or the signer ends.
        }
        catch (InvalidDataException wrong)
        {
            LogBroken(wrong.Message);
        }
    }

    private async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(IdleTime, _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        return await SignerFrame.ReadAsync(stream, until.Token);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection was refused: {Max} are open")]
    private partial void LogFull(int max);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection was closed: {Fault}")]
    private partial void LogBroken(string fault);
}
