using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Vectors.Sections;

/// <summary>Tickets and their parts as the vectors write them.</summary>
internal static class TicketFields
{
    public static Ticket Read(JsonFields fields) => new()
    {
        Recipient = Curves.AddressOf(fields, "recipient"),
        Sender = Curves.AddressOf(fields, "sender"),
        FaceValue = new Wei(fields.BigNumber("faceValue")),
        WinProbability = new WinProbability(fields.BigNumber("winProb")),
        SenderNonce = fields.UInt32Or("senderNonce", 0),
        RecipientRandHash = fields.Bytes32("recipientRandHash"),
        Created = Created(fields),
    };

    public static CreationRound Created(JsonFields fields) =>
        new(fields.WholeNumber("creationRound"), fields.Bytes32("creationRoundBlockHash"));
}
