using System.Text.Json;
using Pool.Server.Node;
using Pool.Shared.Ethereum;

namespace Pool.Server.Signing;

/// <summary>Answers requests with the key, by the rules and the caps. For any number of threads.</summary>
internal sealed partial class SignerDesk(EthereumKey key, SignerTerms terms, SpendingBook book, TimeProvider time, ILogger<SignerDesk> logger)
{
    private readonly TransactionRules _rules = new(terms);
    private readonly LogThrottle _refusals = new(time);

    /// <summary>Nothing is signed past the caps by two requests at once.</summary>
    private readonly Lock _gate = new();

    /// <summary>The answer to a request as it came over the socket.</summary>
    public SignerAnswer Answer(ReadOnlySpan<byte> json)
    {
        SignerRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(json, SignerJson.Default.SignerRequest);
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            return Refuse("request", "it is none that this signer knows");
        }

        return request switch
        {
            null => Refuse("request", "it is empty"),
            { Version: not SignerRequest.CurrentVersion } => Refuse("request", $"version: it is of version {request.Version}, this signer speaks {SignerRequest.CurrentVersion}"),
            AccountRequest => new SignerAnswer { Account = key.Address.ToBytes() },
            HashRequest { Hash.Length: Bytes32.Length } one => new SignerAnswer { Signature = key.Sign(one.Hash) },
            HashRequest one => Refuse("hash", $"length: a hash has {Bytes32.Length} bytes, this one {one.Hash.Length}"),
            TransactionRequest one => Answer(one),
            _ => Refuse("request", "it is none that this signer knows"),
        };
    }

    private SignerAnswer Answer(TransactionRequest request)
    {
        if (request.Read() is not { } transaction || !Enum.IsDefined(request.Purpose))
        {
            return Refuse("transaction", "form: its fields cannot be read");
        }

        var verdict = _rules.Judge(request.Purpose, transaction);
        if (verdict.Refusal is { } refusal)
        {
            return Refuse($"{request.Purpose}", refusal);
        }

        if (transaction.MaxFeePerGas > terms.Caps.MaxFeePerGas)
        {
            // Before the product: it could be above 2^256.
            return Refuse($"{request.Purpose}", terms.Caps.Refuse(transaction, default) ?? "MaxFeePerGas");
        }

        var spending = new Spending(transaction.MaxFeePerGas * transaction.GasLimit, verdict.Eth, verdict.Lpt);
        return terms.Caps.Refuse(transaction, spending) is { } above ? Refuse($"{request.Purpose}", above) : Sign(request.Purpose, transaction, spending);
    }

    private SignerAnswer Sign(TransactionPurpose purpose, Transaction1559 transaction, Spending spending)
    {
        lock (_gate)
        {
            if (terms.Caps.Refuse(book.With(transaction.Nonce, purpose, spending), purpose) is { } above)
            {
                return Refuse($"{purpose}", above);
            }

            book.Note(transaction.Nonce, purpose, spending);
        }

        var signed = transaction.Sign(key);
        LogSigned(purpose, transaction.Nonce, signed.Hash());
        return new SignerAnswer { Transaction = signed.ToBytes() };
    }

    private SignerAnswer Refuse(string what, string sentence)
    {
        if (_refusals.TryPass(out var withheld))
        {
            LogRefused(what, sentence, withheld);
        }

        return new SignerAnswer { Refusal = sentence };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Signed a transaction for {Purpose}, nonce {Nonce}: {Hash}")]
    private partial void LogSigned(TransactionPurpose purpose, ulong nonce, Bytes32 hash);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused {What}: {Sentence} ({Withheld} like refusals not shown)")]
    private partial void LogRefused(string what, string sentence, long withheld);
}
