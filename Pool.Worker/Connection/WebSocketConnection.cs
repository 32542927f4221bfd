using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Pool.Worker.Connection;

/// <summary>A connected WebSocket as the pair of pipes SignalR reads and writes.</summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    /// <summary>Largest message taken from the pool; an assignment is a few kilobytes.</summary>
    public const int MaxMessageBytes = 1 << 20;

    /// <summary>Bytes that may wait in a pipe before its writer has to wait.</summary>
    private const int PauseBytes = 64 * 1024;
    private const int ReceiveBytes = 4096;

    /// <summary>How long the pool may take to answer a goodbye.</summary>
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly Pipe _incoming = NewPipe();
    private readonly Pipe _outgoing = NewPipe();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _pumps;

    public WebSocketConnection(WebSocket socket, EndPoint remote)
    {
        _socket = socket;
        RemoteEndPoint = remote;
        Transport = new Duplex(_incoming.Reader, _outgoing.Writer);
        ConnectionClosed = _ended.Token;
        _pumps = Task.WhenAll(ReceiveAllAsync(), SendAllAsync());
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

    /// <summary>Says goodbye and waits a little for the answer.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _outgoing.Writer.CompleteAsync();
        await _incoming.Reader.CompleteAsync();
        try
        {
            await _pumps.WaitAsync(s_closeTimeout);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
            await _pumps;
        }

        _socket.Dispose();
        _ended.Dispose();
        await base.DisposeAsync();
    }

    private static Pipe NewPipe() => new(new PipeOptions(
        pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));

    private async Task ReceiveAllAsync()
    {
        Exception? failure = null;
        try
        {
            await ReceiveMessagesAsync(_incoming.Writer);
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            failure = broken;
        }

        await _incoming.Writer.CompleteAsync(failure);
        await _ended.CancelAsync();

        // Nothing more will come, so nothing more is said.
        _outgoing.Reader.CancelPendingRead();
    }

    private async Task ReceiveMessagesAsync(PipeWriter writer)
    {
        var messageBytes = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(writer.GetMemory(ReceiveBytes), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            messageBytes += received.Count;
            if (messageBytes > MaxMessageBytes)
            {
                _socket.Abort();
                throw new IOException($"the pool sent a message of more than {MaxMessageBytes} bytes");
            }

            messageBytes = received.EndOfMessage ? 0 : messageBytes;
            writer.Advance(received.Count);
            var flushed = await writer.FlushAsync();
            if (flushed.IsCompleted)
            {
                await AwaitGoodbyeAsync();
                return;
            }
        }
    }

    /// <summary>Nobody reads any more: what still comes is thrown away.</summary>
    private async Task AwaitGoodbyeAsync()
    {
        var scratch = new byte[ReceiveBytes];
        while ((await _socket.ReceiveAsync(scratch.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await SendMessagesAsync(_outgoing.Reader);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            _socket.Abort();
        }

        await _outgoing.Reader.CompleteAsync();
    }

    private async Task SendMessagesAsync(PipeReader reader)
    {
        while (true)
        {
            var read = await reader.ReadAsync();
            var rest = read.Buffer;
            while (!rest.IsEmpty)
            {
                var part = rest.First;
                rest = rest.Slice(part.Length);
                await _socket.SendAsync(part, WebSocketMessageType.Text, endOfMessage: rest.IsEmpty, CancellationToken.None);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
