using Pool.Shared.Ethereum;

namespace Pool.Server.Tickets;

/// <summary>What a gateway is told of its payment, in the network's words (protocol §4.6, §5.6).</summary>
internal static class TicketWords
{
    public const string InsufficientBalance = "Insufficient balance";
    public const string InvalidRecipient = "invalid ticket recipient";
    public const string InvalidSender = "invalid ticket sender";
    public const string InvalidRecipientRand = "invalid recipientRand for ticket recipientRandHash";
    public const string InvalidSignature = "invalid ticket signature";
    public const string ParamsExpired = "TicketParams expired";
    public const string NoPrice = "expected price is nil";
    public const string NoPixels = "pixels per unit is 0";

    public static string NoSender(Address recipient) => $"Could not find Sender for payment: tickets for {recipient}";

    public static string InvalidPrice(string fault) => $"invalid expected price sent with payment err=\"{fault}\"";

    public static string Inactive(Address orchestrator, long round) => $"orchestrator {orchestrator} is inactive in round {round}, cannot process payments";

    public static string UnlocksSoon(Address sender) => $"deposit and reserve for sender {sender} is set to unlock soon";

    public static string NoSenderInfo(Address sender) => $"could not get sender info for {sender}: no endpoint of the chain answers";

    public static string NonceSeen(Address sender, uint nonce) => $"invalid ticket senderNonce: already seen sender={sender} nonce={nonce}";

    public static string TooManyNonces(Address sender, uint nonce) => $"invalid ticket senderNonce: too many values sender={sender} nonce={nonce}";
}
