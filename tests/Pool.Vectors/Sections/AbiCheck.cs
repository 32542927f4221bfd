using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Tickets;

namespace Pool.Vectors.Sections;

/// <summary>Selectors, topics and ids of the network's contracts, and the call that redeems a ticket.</summary>
internal sealed class AbiCheck : ISectionCheck
{
    public string Section => "abi";

    public void Check(VectorCase vector)
    {
        if (!vector.Fields.Has("kind"))
        {
            CheckRedemption(vector);
            return;
        }

        switch (vector.Fields.Text("kind"))
        {
            case "function":
                var function = AbiFunction.Parse(vector.Fields.Text("signature"));
                vector.Expect("signature", vector.Fields.Text("signature"), function.Signature);
                vector.Expect("selector", vector.Fields.Text("selector"), function.Selector.ToString());
                break;
            case "event":
                var parsed = AbiEvent.Parse(vector.Fields.Text("signature"));
                vector.Expect("signature", vector.Fields.Text("signature"), parsed.Signature);
                vector.Expect("topic0", vector.Fields.Text("topic0"), parsed.Topic.ToString());
                break;
            case "contractId":
                vector.Expect("contractId", vector.Fields.Text("contractId"), ContractId.Of(vector.Fields.Text("contract")).ToString());
                break;
            case var other:
                throw new VectorFormatException($"field 'kind' is '{other}', which is neither function, event nor contractId");
        }
    }

    /// <summary>The call, written and read back.</summary>
    private static void CheckRedemption(VectorCase vector)
    {
        var ticket = TicketFields.Read(vector.Fields.Child("ticket"));
        var signature = vector.Fields.Bytes("sig");
        var rand = new RecipientRand(vector.Fields.BigNumber("recipientRand"));
        var callData = vector.Fields.Bytes("callData");
        vector.Expect("auxData", vector.Fields.Bytes("auxData"), ticket.Created.AuxData());
        vector.Expect("callData", callData, TicketBrokerCalls.Redeem(new WinningTicket(ticket, signature, rand)));
        AbiValue[] expected = [ticket.ToAbi(), signature, rand.Value];
        vector.Expect("callData read back", expected, TicketBrokerCalls.RedeemWinningTicket.DecodeCall(callData));
    }
}
