using System.Text.Json.Nodes;
using Pool.Shared.Ethereum;

namespace Pool.EndToEnd.Tests.Clients;

/// <summary>Signatures and addresses against viem, in both directions.</summary>
public sealed class SignatureClientTests
{
    private static readonly byte[][] s_messages = [[], "livepeer"u8.ToArray(), new byte[32], [.. Enumerable.Range(0, 300).Select(number => (byte)number)]];

    [Fact]
    public async Task Viem_and_we_make_the_same_addresses_and_accept_each_others_signatures()
    {
        using var key = EthereumKey.Create();
        var privateKey = Hex(key.ExportBytes());

        var answer = await NodeClient.RunAsync("signatures.mjs", [], new JsonObject
        {
            ["sign"] = new JsonArray([.. s_messages.Select(message => Case(("key", privateKey), ("message", Hex(message))))]),
            ["verify"] = new JsonArray([.. s_messages.Select(message => Verify(key.Address, message, key.Sign(message)))]),
        });

        Assert.All(answer["verified"]!.AsArray(), verified => Assert.True((bool)verified!));
        Assert.All(s_messages.Zip(answer["signed"]!.AsArray()), pair =>
        {
            var signature = Convert.FromHexString(((string)pair.Second!["signature"]!)[2..]);
            Assert.Equal(key.Address.ToString(), (string?)pair.Second["address"]);
            Assert.True(PersonalMessage.IsSignedBy(key.Address, pair.First, signature));
            Assert.Equal(key.Sign(pair.First), signature);
        });
    }

    [Fact]
    public async Task Viem_refuses_our_signature_for_another_message_and_for_another_address()
    {
        using var key = EthereumKey.Create();
        using var stranger = EthereumKey.Create();
        var signature = key.Sign("livepeer"u8);

        var answer = await NodeClient.RunAsync("signatures.mjs", [], new JsonObject
        {
            ["sign"] = new JsonArray(),
            ["verify"] = new JsonArray(
                Verify(key.Address, "livepeer"u8.ToArray(), signature), Verify(key.Address, "Livepeer"u8.ToArray(), signature),
                Verify(stranger.Address, "livepeer"u8.ToArray(), signature)),
        });

        Assert.Equal([true, false, false], answer["verified"]!.AsArray().Select(verified => (bool)verified!));
    }

    private static JsonObject Verify(Address address, byte[] message, byte[] signature) =>
        Case(("address", address.ToString()), ("message", Hex(message)), ("signature", Hex(signature)));

    private static JsonObject Case(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create<string, JsonNode?>(field.Name, field.Value)));

    private static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
