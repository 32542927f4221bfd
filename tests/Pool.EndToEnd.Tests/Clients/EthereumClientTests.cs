using System.Numerics;
using System.Text.Json.Nodes;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Money;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>Encodings, transactions and hashes against viem, in both directions.</summary>
public sealed class EthereumClientTests
{
    private const int RandomCases = 200;
    private const int Seed = 1559;

    [Fact]
    public async Task Viem_encodes_random_values_to_our_bytes_and_reads_ours()
    {
        var random = new RandomAbi(new Random(Seed));
        var cases = Enumerable.Range(0, RandomCases).Select(_ => random.NextCase()).ToArray();

        var answer = await AskAsync(("values", cases.Select(one => (JsonNode)new JsonObject
        {
            ["types"] = string.Join(',', one.Parameters.Select(parameter => parameter.Type)),
            ["values"] = new JsonArray([.. one.Values.Select(ToJson)]),
            ["encoded"] = Hex(AbiEncoder.Encode(one.Parameters, one.Values)),
        })));

        Assert.All(cases.Zip(answer["values"]!.AsArray()), pair =>
        {
            var ours = Hex(AbiEncoder.Encode(pair.First.Parameters, pair.First.Values));
            Assert.Equal(ours, (string?)pair.Second!["encoded"]);
            Assert.Equal(ours, (string?)pair.Second["decoded"]);
        });
    }

    [Fact]
    public async Task Viem_signs_transactions_to_our_bytes_and_finds_our_sender()
    {
        using var key = EthereumKey.Create();
        var plain = new Transaction1559
        {
            ChainId = 42161,
            Nonce = 0,
            MaxPriorityFeePerGas = Wei.Zero,
            MaxFeePerGas = Wei.OneGwei,
            GasLimit = 21_000,
            To = key.Address,
            Value = Wei.OneEth,
        };
        Transaction1559[] transactions =
        [
            plain, plain with { Nonce = 128, Data = new byte[300], Value = Wei.Zero }, plain with { To = null, Data = new byte[] { 0x60, 0x00 } },
            plain with { ChainId = 1, AccessList = [new AccessListEntry(key.Address, [Bytes32.Keccak([]), Bytes32.Zero]), new AccessListEntry(Address.Zero, [])] },
        ];

        var answer = await AskAsync(
            ("transactions", transactions.Select(transaction => (JsonNode)new JsonObject { ["key"] = Hex(key.ExportBytes()), ["fields"] = Fields(transaction) })),
            ("raw", transactions.Select(transaction => (JsonNode)Hex(transaction.Sign(key).ToBytes()))));

        Assert.Equal(transactions.Select(transaction => Hex(transaction.Sign(key).ToBytes())), Texts(answer["transactions"]));
        Assert.All(transactions.Zip(answer["raw"]!.AsArray()), pair =>
        {
            Assert.Equal(key.Address.ToString(), (string?)pair.Second!["sender"]);
            Assert.Equal(pair.First.Sign(key).Hash().ToString(), (string?)pair.Second["hash"]);
        });
    }

    [Fact]
    public async Task Viem_gives_every_function_and_event_of_the_network_our_selector_and_topic()
    {
        var folder = Path.Combine(Repository.Root, "tests", "Pool.Shared.Tests", "Data", "Chain", "abi");
        var contracts = Directory.GetFiles(folder).Select(path => AbiContract.Parse(File.ReadAllText(path))).ToArray();
        var functions = contracts.SelectMany(contract => contract.Functions).ToArray();
        var events = contracts.SelectMany(contract => contract.Events).ToArray();

        var answer = await AskAsync(
            ("functions", functions.Select(function => (JsonNode)function.Signature)), ("events", events.Select(one => (JsonNode)one.Signature)));

        Assert.Equal(functions.Select(function => function.Selector.ToString()), Texts(answer["functions"]));
        Assert.Equal(events.Select(one => one.Topic.ToString()), Texts(answer["events"]));
        Assert.True(functions.Length > 100 && events.Length > 50);
    }

    [Fact]
    public async Task Viem_reads_our_reverts_and_creates_contracts_where_we_do()
    {
        using var key = EthereumKey.Create();
        ulong[] nonces = [0, 1, 127, 128, 256, uint.MaxValue];

        var answer = await AskAsync(
            ("reverts", new JsonNode[] { Hex(AbiError.Parse("Error(string)").Encode("ticket is used")), Hex(AbiError.Parse("Panic(uint256)").Encode(17)) }),
            ("creators", nonces.Select(nonce => (JsonNode)new JsonObject { ["from"] = key.Address.ToString(), ["nonce"] = nonce.ToString() })));

        Assert.Equal(["ticket is used", "17"], Texts(answer["reverts"]));
        Assert.Equal(nonces.Select(nonce => ContractAddress.Of(key.Address, nonce).ToString()), Texts(answer["contracts"]));
    }

    private static async Task<JsonNode> AskAsync(params (string Name, IEnumerable<JsonNode> Items)[] questions)
    {
        var input = new JsonObject();
        foreach (var name in new[] { "values", "transactions", "raw", "functions", "events", "reverts", "creators" })
        {
            input[name] = new JsonArray([.. questions.Where(question => question.Name == name).SelectMany(question => question.Items)]);
        }

        return await NodeClient.RunAsync("ethereum.mjs", [], input);
    }

    private static JsonObject Fields(Transaction1559 transaction) => new()
    {
        ["chainId"] = transaction.ChainId,
        ["nonce"] = transaction.Nonce,
        ["maxPriorityFeePerGas"] = transaction.MaxPriorityFeePerGas.ToDigits(),
        ["maxFeePerGas"] = transaction.MaxFeePerGas.ToDigits(),
        ["gas"] = transaction.GasLimit.ToString(),
        ["to"] = transaction.To?.ToString(),
        ["value"] = transaction.Value.ToDigits(),
        ["data"] = Hex(transaction.Data.Span),
        ["accessList"] = new JsonArray([.. transaction.AccessList.Select(entry => new JsonObject
        {
            ["address"] = entry.Account.ToString(),
            ["storageKeys"] = new JsonArray([.. entry.StorageKeys.Select(key => (JsonNode)key.ToString())]),
        })]),
    };

    private static JsonNode ToJson(AbiValue value) => value switch
    {
        AbiValue.Number number => new JsonObject { ["integer"] = number.ToString() },
        AbiValue.Flag flag => flag.Value,
        AbiValue.List list => new JsonArray([.. list.Items.Select(ToJson)]),
        _ => value.ToString(),
    };

    private static IEnumerable<string?> Texts(JsonNode? list) => list!.AsArray().Select(item => (string?)item);

    private static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Types and values that fit them, the same for the same seed.</summary>
    private sealed class RandomAbi(Random random)
    {
        private const int MaxDepth = 3;

        public (AbiParameter[] Parameters, AbiValue[] Values) NextCase()
        {
            AbiType[] types = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => NextType(MaxDepth))];
            return ([.. types.Select(type => new AbiParameter("", type))], [.. types.Select(NextValue)]);
        }

        private AbiType NextType(int depth) => random.Next(depth == 0 ? 7 : 10) switch
        {
            0 => new AbiType.UnsignedInteger(random.Next(1, 33) * 8),
            1 => new AbiType.SignedInteger(random.Next(1, 33) * 8),
            2 => new AbiType.FixedBytes(random.Next(1, 33)),
            3 => new AbiType.Account(),
            4 => new AbiType.Bool(),
            5 => new AbiType.Bytes(),
            6 => new AbiType.Text(),
            7 => new AbiType.Array(NextType(depth - 1), null),
            8 => new AbiType.Array(NextType(depth - 1), random.Next(1, 4)),
            _ => new AbiType.Tuple([new AbiParameter("", NextType(depth - 1)), new AbiParameter("", NextType(depth - 1))]),
        };

        private AbiValue NextValue(AbiType type) => type switch
        {
            AbiType.UnsignedInteger unsigned => NextBits() & unsigned.Max,
            AbiType.SignedInteger signed => (NextBits() & ((signed.Max * 2) + 1)) + signed.Min,
            AbiType.FixedBytes bytes => NextBytes(bytes.Length),
            AbiType.Account => Address.FromWire(NextBytes(Address.Bytes)),
            AbiType.Bool => random.Next(2) == 1,
            AbiType.Bytes => NextBytes(random.Next(100)),
            AbiType.Text => string.Concat(Enumerable.Repeat("Straße 😀", random.Next(5))),
            AbiType.Array array => AbiValue.ListOf([.. Enumerable.Range(0, array.Length ?? random.Next(4)).Select(_ => NextValue(array.Element))]),
            AbiType.Tuple tuple => AbiValue.ListOf([.. tuple.Components.Select(component => NextValue(component.Type))]),
            _ => throw new InvalidOperationException($"no values of {type}"),
        };

        private BigInteger NextBits() => BigEndian.Read(NextBytes(Uint256.Bytes));

        private byte[] NextBytes(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
