using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Shared.Tests.Ethereum;

/// <summary>The signed transactions of the EIP-1559 implementers (chain 7822), and hostile bytes.</summary>
public sealed class Transaction1559Tests
{
    private const string PrivateKey = "8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63";

    /// <summary>The first of the published transactions.</summary>
    private const string Published =
        "02f870821e8e8203338301284d8301d97c828ae094000000000000000000000000000000000000aaaa8402933bc980c080" +
        "a0d067f2167008c59219652f91cbf8788dbca5f771f6e91e2b7657e85b78b472e0a01d305af9fe81fdba43f0dfcd400ed24dcace0a7e30d4e85701dcaaf484cd079e";

    [Theory]
    [InlineData(819, 43203529, 35552, 75853, 121212, Published)]
    [InlineData(
        353, 61901619, 32593, 38850, 136295,
        "02f86f821e8e8201618297c283021467827f5194000000000000000000000000000000000000aaaa8403b08b3380c001a004205678f13fc1d7b10feea6513dfa76e24418b6e08097d95c6f93a3b64e536da01d45ad61bfece43862de2cce7d2575a8c1d08c26c87f3cb5f26d7b0be54a91b2")]
    [InlineData(
        985, 32531825, 68541, 66377, 136097,
        "02f871821e8e8203d983010349830213a183010bbd94000000000000000000000000000000000000aaaa8401f0657180c001a0e6d23c5ecc0f388a4d41a9523c3ad171e98083a61288c340b968dfe0903a6741a07319e8d54a4fd8f0c081d3ce093d869f9df598481991c8534bfd8f2c163884b4")]
    [InlineData(
        119, 65456115, 62341, 24721, 107729,
        "02f86d821e8e778260918301a4d182f38594000000000000000000000000000000000000aaaa8403e6c7f380c001a0e38e239770801eb995498c821e55ac9c19ae09184bb27b34be105e02fe3b7615a067c64ca6bd6d9107e85fd581ab2e70a14b637eb36505bb40861ef9d6e800cab6")]
    public void Published_transaction_is_signed_to_the_byte_and_read_back(int nonce, int value, int gas, int tip, int fee, string raw)
    {
        using var key = EthereumKey.FromBytes(Convert.FromHexString(PrivateKey));
        var transaction = new Transaction1559
        {
            ChainId = 7822,
            Nonce = (ulong)nonce,
            MaxPriorityFeePerGas = new Wei(tip),
            MaxFeePerGas = new Wei(fee),
            GasLimit = (ulong)gas,
            To = Address.FromWire([0xAA, 0xAA]),
            Value = new Wei(value),
        };

        var signed = transaction.Sign(key);
        var decoded = SignedTransaction.Decode(Convert.FromHexString(raw));

        Assert.Equal(raw, Convert.ToHexStringLower(signed.ToBytes()));
        Assert.Equal(Bytes32.Keccak(Convert.FromHexString(raw)), signed.Hash());
        Assert.Equal(signed, decoded);
        Assert.Equal(key.Address, decoded.Sender);
    }

    [Theory]
    [InlineData("", "type")]
    [InlineData("01c0", "type")]
    [InlineData("02", "cannot be read")]
    [InlineData("02c0", "has 0")]
    [InlineData("02820000", "cannot be read")]
    public void Bytes_that_are_no_transaction_are_refused_with_the_reason(string raw, string reason)
    {
        var exception = Assert.Throws<TransactionException>(() => SignedTransaction.Decode(Convert.FromHexString(raw)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transaction_larger_than_nodes_take_is_refused() =>
        Assert.Contains("larger", Assert.Throws<TransactionException>(() => SignedTransaction.Decode(new byte[SignedTransaction.MaxBytes + 1])).Message, StringComparison.Ordinal);

    /// <summary>The other s of a signature names the same signer, and would give one transaction two hashes.</summary>
    [Fact]
    public void Signature_with_the_high_s_is_refused()
    {
        var order = BigInteger.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337");
        var signed = SignedTransaction.Decode(Convert.FromHexString(Published));
        var flipped = signed with { S = order - signed.S, YParity = !signed.YParity };

        var exception = Assert.Throws<TransactionException>(() => SignedTransaction.Decode(flipped.ToBytes()));

        Assert.Contains("signature", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_survives_and_changes_the_hash()
    {
        using var key = EthereumKey.FromBytes(Convert.FromHexString(PrivateKey));
        var full = new Transaction1559
        {
            ChainId = 42161,
            Nonce = ulong.MaxValue,
            MaxPriorityFeePerGas = Wei.One,
            MaxFeePerGas = Wei.MaxValue,
            GasLimit = ulong.MaxValue,
            To = key.Address,
            Value = Wei.OneEth,
            Data = new byte[] { 0, 1, 2 },
            AccessList = [new AccessListEntry(key.Address, [Bytes32.Keccak("slot"u8), Bytes32.Zero]), new AccessListEntry(Address.Zero, [])],
        };
        Transaction1559[] others =
        [
            full with { ChainId = 1 }, full with { Nonce = 0 }, full with { MaxPriorityFeePerGas = Wei.Zero },
            full with { MaxFeePerGas = Wei.OneGwei }, full with { GasLimit = 21_000 }, full with { To = null }, full with { To = Address.Zero },
            full with { Value = Wei.Zero }, full with { Data = default }, full with { AccessList = [] },
        ];

        Assert.All([full, .. others], transaction =>
        {
            var decoded = SignedTransaction.Decode(transaction.Sign(key).ToBytes());
            Assert.Equal(transaction, decoded.Transaction);
            Assert.Equal(key.Address, decoded.Sender);
        });
        Assert.Equal(others.Length + 1, others.Append(full).Select(transaction => transaction.SigningHash()).Distinct().Count());
    }

    [Fact]
    public void One_changed_byte_is_another_sender_or_refused_by_name()
    {
        var raw = Convert.FromHexString(Published);
        var sender = SignedTransaction.Decode(raw).Sender;

        Prop.ForAll(Gen.Choose(0, raw.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), change =>
        {
            byte[] changed = [.. raw];
            changed[change.Item1] ^= (byte)change.Item2;
            try
            {
                Assert.NotEqual(sender, SignedTransaction.Decode(changed).Sender);
            }
            catch (TransactionException)
            {
                // Refused by name.
            }
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>The contracts of one creator, an example that many libraries use.</summary>
    [Theory]
    [InlineData(0, "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d")]
    [InlineData(1, "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8")]
    [InlineData(2, "0xf778B86FA74E846c4f0a1fBd1335FE81c00a0C91")]
    public void Created_contract_has_the_published_address(ulong nonce, string address)
    {
        Assert.True(Address.TryParse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", out var creator, out _));

        Assert.Equal(address, ContractAddress.Of(creator, nonce).ToString());
    }
}
