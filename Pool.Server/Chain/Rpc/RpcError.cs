using System.Text.Json;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Rpc;

/// <summary>An error that a node answers, and what it means: nodes have few codes in common, so their words count too.</summary>
/// <param name="Code">Its number.</param>
/// <param name="Message">Its words.</param>
/// <param name="Data">What comes with it.</param>
internal sealed record RpcError(int Code, string Message, JsonElement? Data)
{
    /// <summary>geth, Nitro and anvil: a call was reverted, its data is in <see cref="Data"/>.</summary>
    private const int Reverted = 3;

    /// <summary>Nethermind and OpenEthereum: a call failed in the machine.</summary>
    private const int VmError = -32015;

    private const int InvalidRequest = -32600;
    private const int NoSuchMethod = -32601;
    private const int InvalidArguments = -32602;
    private const int InternalError = -32603;
    private const int LimitExceeded = -32005;
    private const int TooManyRequests = 429;

    /// <summary>How much of a node's words is repeated.</summary>
    private const int LongestWords = 300;

    private static readonly string[] s_revertWords = ["execution reverted", "reverted with", "vm execution error", "transaction reverted"];

    // The call took place and failed, without the contract having said anything.
    private static readonly string[] s_faultWords = ["invalid opcode", "out of gas", "invalid jump", "stack underflow", "stack limit reached", "evm error"];

    private static readonly string[] s_tooManyWords =
    [
        "query returned more than", "too many results", "too many logs", "response size", "block range", "range is too", "range too", "logs matched by query",
        "exceed max results", "query exceeds", "query timeout exceeded", "limited to a", "ranges over",
    ];

    private static readonly string[] s_illWords =
    [
        "rate limit", "too many requests", "capacity", "quota", "timeout", "timed out", "temporarily", "overloaded", "unavailable", "internal error",
        "compute units", "daily request count", "missing trie node", "syncing",
    ];

    /// <summary>The node's words on one line, not longer than a log can bear.</summary>
    public string Words => OneLine(Message);

    /// <summary>Reads an error.</summary>
    /// <exception cref="EndpointException">It is none.</exception>
    public static RpcError Read(JsonElement error)
    {
        if (RpcJson.Optional(error, "code") is not { ValueKind: JsonValueKind.Number } code || !code.TryGetInt32(out var number) ||
            RpcJson.Optional(error, "message") is not { } message)
        {
            throw RpcJson.Wrong("an error without code and message");
        }

        return new RpcError(number, RpcJson.Text(message), RpcJson.Optional(error, "data"));
    }

    /// <summary>Whether a call was carried out and refused by the contract, which every endpoint would say.</summary>
    public bool IsRevert(out RevertReason reason)
    {
        var data = RevertData();
        if (Code == Reverted || data is not null || (Code == VmError && !IsIll) || Has(s_revertWords))
        {
            reason = data is { Length: > 0 } ? RevertReason.Decode(data) : FromWords();
            return true;
        }

        reason = new RevertReason.Message(Words);
        return Has(s_faultWords);
    }

    /// <summary>Whether a query for logs asked for more than the node gives at once.</summary>
    public bool IsTooMany => Has(s_tooManyWords);

    /// <summary>Whether the endpoint is at fault and not the question.</summary>
    public bool IsIll => Code is InternalError or LimitExceeded or TooManyRequests || Has(s_illWords);

    /// <summary>Whether the question is at fault, so that asking it again a moment later is of no use.</summary>
    private bool IsLasting => Code is InvalidRequest or NoSuchMethod or InvalidArguments || Has("insufficient funds");

    /// <summary>As a reason to ask another endpoint.</summary>
    public EndpointException ToException() => new($"error {Code}: {Words}") { IsIll = IsIll, IsPassing = IsIll || !IsLasting };

    /// <summary>Words of strangers on one line, cut.</summary>
    internal static string OneLine(string words)
    {
        var line = string.Concat(words.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length <= LongestWords ? line : line[..LongestWords] + "…";
    }

    /// <summary>Whether one of the texts is in the node's words, in any case.</summary>
    public bool Has(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (Message.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes a contract reverted with: plain (geth, Nitro, anvil), behind a word (Nethermind), or inside an object (hardhat).</summary>
    private byte[]? RevertData()
    {
        if (Data is not { } data)
        {
            return null;
        }

        if (data.ValueKind == JsonValueKind.Object)
        {
            return RpcJson.Optional(data, "data") is { ValueKind: JsonValueKind.String } inner && RpcJson.TryBytes(RpcJson.Text(inner), out var nested) ? nested : null;
        }

        const string Word = "Reverted ";
        var text = data.ValueKind == JsonValueKind.String ? RpcJson.Text(data) : "";
        return RpcJson.TryBytes(text.StartsWith(Word, StringComparison.Ordinal) ? text[Word.Length..] : text, out var bytes) ? bytes : null;
    }

    /// <summary>Where there are no bytes, the reason may stand in the words.</summary>
    private RevertReason FromWords()
    {
        const string Before = "execution reverted: ";
        var start = Message.IndexOf(Before, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? new RevertReason.None() : new RevertReason.Message(OneLine(Message[(start + Before.Length)..]));
    }
}
