using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Shared.Tests.Ethereum.Abi;

/// <summary>
/// A recorded run of the network's real contracts: every call, answer, event and revert decodes to what is written beside it, and encodes
/// to the same bytes again.
/// </summary>
public sealed class RecordedFlowTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Data", "Chain");
    private static readonly JsonElement s_flow = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(s_folder, "livepeer-flow.json")));

    private static readonly Dictionary<string, AbiContract> s_contracts = Directory.GetFiles(Path.Combine(s_folder, "abi"))
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => AbiContract.Parse(File.ReadAllText(path)), StringComparer.Ordinal);

    public static TheoryData<string, int, string> Transactions() => Named("txs");

    public static TheoryData<string, int, string> Calls() => Named("calls");

    public static TheoryData<string, int, string> Reverts() => Named("reverts");

    [Theory]
    [MemberData(nameof(Transactions))]
    [MemberData(nameof(Calls))]
    [MemberData(nameof(Reverts))]
    public void Call_data_decodes_to_its_function_and_back(string list, int index, string name)
    {
        var entry = Entry(list, index, name);
        var data = Bytes(entry, "data");

        var function = s_contracts[Text(entry, "contract")].FindFunction(data);

        Assert.NotNull(function);
        Assert.Equal(Text(entry, "function"), function.Signature);
        Assert.Equal(data, function.EncodeCall(function.DecodeCall(data)));
    }

    [Theory]
    [MemberData(nameof(Transactions))]
    public void Every_log_decodes_to_its_event(string list, int index, string name)
    {
        foreach (var log in Entry(list, index, name).GetProperty("logs").EnumerateArray())
        {
            var expected = log.GetProperty("parsed");
            Bytes32[] topics = [.. log.GetProperty("topics").EnumerateArray().Select(topic => new Bytes32(Convert.FromHexString(topic.GetString()![2..])))];

            var found = s_contracts[Text(expected, "contract")].FindEvent(topics);

            Assert.NotNull(found);
            Assert.Equal(Text(expected, "event"), found.Signature);
            var arguments = found.DecodeLog(topics, Bytes(log, "data"));
            Assert.Equal(
                expected.GetProperty("args").EnumerateObject().Select(argument => $"{argument.Name}: {Shown(argument.Value)}"),
                arguments.Parameters.Zip(arguments, (parameter, value) => $"{parameter.Name}: {value}"));
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Every_answer_decodes_to_its_values_and_back(string list, int index, string name)
    {
        var entry = Entry(list, index, name);
        var function = s_contracts[Text(entry, "contract")].Function(Text(entry, "function"));
        var expected = entry.GetProperty("decoded").EnumerateArray().ToArray();

        var result = function.DecodeResult(Bytes(entry, "result"));

        Assert.Equal(expected.Select(output => Text(output, "name")), result.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(expected.Select(output => Shown(output.GetProperty("value"))), result.Select(value => value.ToString()));
        Assert.Equal(Bytes(entry, "result"), function.EncodeResult(result));
    }

    [Theory]
    [MemberData(nameof(Reverts))]
    public void Every_revert_decodes_to_its_reason(string list, int index, string name)
    {
        var entry = Entry(list, index, name);

        var reason = s_contracts[Text(entry, "contract")].DecodeRevert(Bytes(entry, "revertData"));

        Assert.Equal(new RevertReason.Message(Text(entry, "reason")), reason);
    }

    /// <summary>The list is whole: fewer entries would be fewer tests, and nobody would notice.</summary>
    [Fact]
    public void Recording_is_whole() => Assert.Equal(
        (55, 22, 18), (Transactions().Count, Calls().Count, Reverts().Count));

    [Fact]
    public void Recorded_ticket_has_its_hash_signature_and_rand()
    {
        var vector = s_flow.GetProperty("ticketVector");
        var auxData = Bytes(vector, "auxData");
        var ticket = new Ticket
        {
            Recipient = AddressOf(vector, "recipient"),
            Sender = AddressOf(vector, "sender"),
            FaceValue = Wei.TryParseDigits(Text(vector, "faceValue"), out var faceValue) ? faceValue : Wei.Zero,
            WinProbability = WinProbability.Highest,
            SenderNonce = vector.GetProperty("senderNonce").GetUInt32(),
            RecipientRandHash = new Bytes32(Bytes(vector, "recipientRandHash")),
            Created = new CreationRound((long)BigEndian.Read(auxData.AsSpan(0, 32)), new Bytes32(auxData.AsSpan(32))),
        };
        var rand = new RecipientRand(long.Parse(Text(vector, "recipientRand")));
        var signature = Bytes(vector, "sig");

        Assert.Equal(Text(vector, "winProb"), ticket.WinProbability.ToString());
        Assert.Equal(auxData, ticket.Created.AuxData());
        Assert.Equal(Text(vector, "hash"), ticket.Hash().ToString());
        Assert.True(ticket.IsSigned(signature));
        Assert.Equal(ticket.RecipientRandHash, rand.Hash());
        Assert.True(rand.Wins(signature, ticket.WinProbability));
    }

    /// <summary>What redeems tickets is the recorded call, for one ticket and for many.</summary>
    [Fact]
    public void Recorded_redemptions_are_what_we_write()
    {
        var redemptions = s_flow.GetProperty("txs").EnumerateArray()
            .Where(entry => Text(entry, "function").Contains("edeemWinningTicket", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(redemptions);
        Assert.All(redemptions, entry =>
        {
            var data = Bytes(entry, "data");
            var isBatch = Text(entry, "function").StartsWith("batch", StringComparison.Ordinal);
            var call = (isBatch ? TicketBrokerCalls.BatchRedeemWinningTickets : TicketBrokerCalls.RedeemWinningTicket).DecodeCall(data);
            WinningTicket[] winners = isBatch
                ? [.. call[0].AsList().Select((ticket, index) => Winner(ticket, call[1].AsList()[index], call[2].AsList()[index]))]
                : [Winner(call[0], call[1], call[2])];

            Assert.All(winners, winner => Assert.True(winner.Ticket.IsSigned(winner.Signature.Span)));
            Assert.Equal(data, isBatch ? TicketBrokerCalls.Redeem(winners) : TicketBrokerCalls.Redeem(winners[0]));
        });
    }

    private static WinningTicket Winner(AbiValue ticket, AbiValue signature, AbiValue rand)
    {
        var fields = ticket.AsList();
        var auxData = fields[6].AsBytes();
        return new WinningTicket(
            new Ticket
            {
                Recipient = fields[0].AsAddress(),
                Sender = fields[1].AsAddress(),
                FaceValue = fields[2].AsWei(),
                WinProbability = new WinProbability(fields[3].AsNumber()),
                SenderNonce = (uint)fields[4].AsUInt64(),
                RecipientRandHash = fields[5].AsBytes32(),
                Created = new CreationRound((long)BigEndian.Read(auxData.AsSpan(0, 32)), new Bytes32(auxData.AsSpan(32))),
            },
            signature.AsBytes(),
            new RecipientRand(rand.AsNumber()));
    }

    private static TheoryData<string, int, string> Named(string list)
    {
        var cases = new TheoryData<string, int, string>();
        foreach (var (index, entry) in s_flow.GetProperty(list).EnumerateArray().Index())
        {
            cases.Add(list, index, Text(entry, "name"));
        }

        return cases;
    }

    private static JsonElement Entry(string list, int index, string name)
    {
        var entry = s_flow.GetProperty(list)[index];
        Assert.Equal(name, Text(entry, "name"));
        return entry;
    }

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Shown))}]",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetString()!,
    };

    private static Address AddressOf(JsonElement element, string name) => Address.FromWire(Bytes(element, name));

    private static byte[] Bytes(JsonElement element, string name) => Convert.FromHexString(Text(element, name)[2..]);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
