using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Pool.Shared.Ethereum;

namespace Pool.Server.Signing;

/// <summary>
/// The signer at the other end of a Unix socket. Keeps a few connections; one that has died, as when the signer was restarted, is replaced at once. Asking a second time is
/// safe: the same request has the same signature, and the signer counts a nonce once.
/// </summary>
public sealed class SignerClient : ISigner, IAsyncDisposable
{
    /// <summary>Connections at once; more requests wait for one of them.</summary>
    public const int MaxConnections = 8;

    private readonly string _path;
    private readonly TimeSpan _answerTime;
    private readonly TimeProvider _time;

    /// <summary>As many places as there may be connections; one that is null is opened by whoever takes it.</summary>
    private readonly Channel<Stream?> _places = Channel.CreateBounded<Stream?>(MaxConnections);

    private SignerClient(string path, TimeSpan answerTime, TimeProvider time)
    {
        (_path, _answerTime, _time) = (path, answerTime, time);
        for (var place = 0; place < MaxConnections; place++)
        {
            _places.Writer.TryWrite(null);
        }
    }

    public Address Account { get; private set; }

    /// <summary>Finds the signer and asks for its account.</summary>
    /// <param name="path">Its socket.</param>
    /// <param name="answerTime">How long it may take for an answer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The caller has lost interest.</param>
    /// <exception cref="SignerException">It is not there.</exception>
    public static async Task<SignerClient> ConnectAsync(string path, TimeSpan answerTime, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new SignerClient(path, answerTime, time);
        var answer = await client.AskAsync(new AccountRequest { Version = SignerRequest.CurrentVersion }, cancellationToken);
        client.Account = ReadAccount(answer);
        return client;
    }

    public async Task<byte[]> SignHashAsync(Bytes32 hash, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(new HashRequest { Version = SignerRequest.CurrentVersion, Hash = hash.ToBytes() }, cancellationToken);
        return answer.Signature is { Length: PersonalMessage.SignatureBytes } signature
            ? signature
            : throw new SignerException("the signer answered a hash without a signature", isRefusal: false);
    }

    public async Task<SignedTransaction> SignAsync(TransactionPurpose purpose, Transaction1559 transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.To is null || transaction.AccessList.Count > 0)
        {
            throw new SignerException("form: it creates a contract or has an access list, which nothing of ours does", isRefusal: true);
        }

        var answer = await AskAsync(TransactionRequest.Of(purpose, transaction), cancellationToken);
        return ReadSigned(answer, transaction);
    }

    public async ValueTask DisposeAsync()
    {
        _places.Writer.TryComplete();
        await foreach (var stream in _places.Reader.ReadAllAsync())
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }
        }
    }

    private static Address ReadAccount(SignerAnswer answer) => answer.Account is { Length: Address.Bytes } account
        ? Address.FromWire(account)
        : throw new SignerException("the signer did not say whose key it has", isRefusal: false);

    private SignedTransaction ReadSigned(SignerAnswer answer, Transaction1559 transaction)
    {
        try
        {
            var signed = SignedTransaction.Decode(answer.Transaction ?? []);
            return signed.Transaction == transaction && signed.Sender == Account
                ? signed
                : throw new SignerException($"the signer signed another transaction than it was asked to, or with the key of {signed.Sender}", isRefusal: false);
        }
        catch (TransactionException wrong)
        {
            throw new SignerException($"the signer's answer is no transaction: {wrong.Message}", isRefusal: false, wrong);
        }
    }

    private async Task<SignerAnswer> AskAsync(SignerRequest request, CancellationToken cancellationToken)
    {
        var frame = SignerFrame.Encode(JsonSerializer.SerializeToUtf8Bytes(request, SignerJson.Default.SignerRequest));
        using var late = new CancellationTokenSource(_answerTime, _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        Stream? stream = null;
        var taken = false;
        try
        {
            stream = await _places.Reader.ReadAsync(until.Token);
            taken = true;
            (stream, var answer) = await ExchangeAsync(stream, frame, until.Token);
            return answer.Refusal is { } refusal ? throw new SignerException(refusal, isRefusal: true) : answer;
        }
        catch (Exception gone) when (gone is IOException or SocketException or JsonException or InvalidDataException)
        {
            stream = await CloseAsync(stream);
            throw new SignerException($"the signer at {_path} cannot be asked: {gone.Message}", isRefusal: false, gone);
        }
        catch (SignerException wrong) when (!wrong.IsRefusal)
        {
            stream = await CloseAsync(stream);
            throw;
        }
        catch (OperationCanceledException cancelled)
        {
            // Its answer may still come: the connection is of no more use.
            stream = await CloseAsync(stream);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SignerException($"the signer at {_path} has not answered within {_answerTime}", isRefusal: false, cancelled);
        }
        finally
        {
            if (taken && !_places.Writer.TryWrite(stream))
            {
                await CloseAsync(stream);
            }
        }
    }

    /// <summary>Asks on a connection that was kept, and once more on a new one when that has died meanwhile.</summary>
    private async Task<(Stream Stream, SignerAnswer Answer)> ExchangeAsync(Stream? kept, byte[] frame, CancellationToken cancellationToken)
    {
        if (kept is not null)
        {
            try
            {
                return (kept, await TellAsync(kept, frame, cancellationToken));
            }
            catch (Exception died) when (died is IOException or SocketException)
            {
                await kept.DisposeAsync();
            }
        }

        var stream = await OpenAsync(cancellationToken);
        try
        {
            return (stream, await TellAsync(stream, frame, cancellationToken));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The stream owns the socket, the caller the stream.")]
    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var stream = default(NetworkStream);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
            await RequireSameKeyAsync(stream, cancellationToken);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A signer that was restarted with another key is not the one this process began with.</summary>
    private async Task RequireSameKeyAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        if (Account.IsZero)
        {
            return;
        }

        var frame = SignerFrame.Encode(JsonSerializer.SerializeToUtf8Bytes(
            (SignerRequest)new AccountRequest { Version = SignerRequest.CurrentVersion }, SignerJson.Default.SignerRequest));
        var account = ReadAccount(await TellAsync(stream, frame, cancellationToken));
        if (account != Account)
        {
            throw new SignerException($"the signer now has the key of {account}, this server began with {Account}: restart it", isRefusal: false);
        }
    }

    private static async Task<SignerAnswer> TellAsync(Stream stream, byte[] frame, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(frame, cancellationToken);
        var json = await SignerFrame.ReadAsync(stream, cancellationToken) ?? throw new EndOfStreamException("it closed the connection");
        return JsonSerializer.Deserialize(json, SignerJson.Default.SignerAnswer) ?? throw new InvalidDataException("its answer is empty");
    }

    private static async Task<Stream?> CloseAsync(Stream? stream)
    {
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        return null;
    }
}
