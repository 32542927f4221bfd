using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Org.BouncyCastle.Crypto.Generators;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Keystores;

namespace Pool.Shared.Tests.Ethereum;

/// <summary>The two test vectors of Ethereum's key store definition, and stores of our own.</summary>
public sealed class KeystoreTests
{
    private const string Passphrase = "testpassword";
    private const string PublishedKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    private const string PublishedPbkdf2 = """
        {
          "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
              "c": 262144, "dklen": 32, "prf": "hmac-sha256",
              "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
          },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
          "version": 3
        }
        """;

    private const string PublishedScrypt = """
        {
          "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "83dbcc02d8ccb40e466191a123791e0e" },
            "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
            "kdf": "scrypt",
            "kdfparams": {
              "dklen": 32, "n": 262144, "p": 8, "r": 1,
              "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"
            },
            "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
          },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
          "version": 3
        }
        """;

    /// <summary>A derivation that is cheap, for tests of everything else.</summary>
    private static readonly KeyDerivation s_cheap = new KeyDerivation.Scrypt(new byte[32], 2, 8, 1);

    [Theory]
    [InlineData(PublishedPbkdf2)]
    [InlineData(PublishedScrypt)]
    public void Published_store_gives_the_published_key(string json)
    {
        using var key = Keystore.Parse(json).Unlock(Passphrase);

        Assert.Equal(PublishedKey, Convert.ToHexStringLower(key.ExportBytes()));
    }

    /// <summary>Example of RFC 7914, section 12, cut to the 32 bytes that key stores use, and BouncyCastle's answers.</summary>
    [Fact]
    public void Scrypt_gives_what_its_standard_and_another_implementation_give()
    {
        var published = new KeyDerivation.Scrypt(Encoding.ASCII.GetBytes("SodiumChloride"), 16384, 8, 1).Derive("pleaseletmein"u8);
        Assert.Equal("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2", Convert.ToHexStringLower(published));

        var numbers = Gen.Choose(1, 8).Select(power => 1 << power).Zip(Gen.Choose(1, 9).Zip(Gen.Choose(1, 4)));
        Prop.ForAll(numbers.Zip(ArbMap.Default.GeneratorFor<byte[]>()).ToArbitrary(), one =>
        {
            var ((cost, (blockSize, parallelism)), passphrase) = one;
            var salt = Keccak256.Hash(passphrase);
            Assert.Equal(
                SCrypt.Generate(passphrase, salt, cost, blockSize, parallelism, KeyDerivation.DerivedBytes),
                new KeyDerivation.Scrypt(salt, cost, blockSize, parallelism).Derive(passphrase));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void New_store_is_as_strong_as_geths_and_opens_with_its_passphrase_only()
    {
        using var key = EthereumKey.Create();

        var store = Keystore.Parse(Keystore.Lock(key, "correct horse, Straße 😀").ToJson());

        var scrypt = Assert.IsType<KeyDerivation.Scrypt>(store.Derivation);
        Assert.Equal((262144, 8, 1), (scrypt.Cost, scrypt.BlockSize, scrypt.Parallelism));
        Assert.Equal(key.Address, store.Address);
        using var opened = store.Unlock("correct horse, Straße 😀");
        Assert.Equal(key.ExportBytes(), opened.ExportBytes());
        var exception = Assert.Throws<KeystoreException>(() => store.Unlock("correct horse, Strasse 😀"));
        Assert.Contains("passphrase is wrong", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_survives_its_json_with_either_derivation_and_two_are_never_alike()
    {
        using var key = EthereumKey.Create();

        foreach (var derivation in new[] { s_cheap, new KeyDerivation.Pbkdf2(new byte[16], 3) })
        {
            var first = Keystore.Lock(key, "", derivation);
            var second = Keystore.Lock(key, "", derivation);

            Assert.Equal(first.ToJson(), Keystore.Parse(first.ToJson()).ToJson());
            Assert.NotEqual(first.ToJson(), second.ToJson());
            using var opened = Keystore.Parse(first.ToJson()).Unlock("");
            Assert.Equal(key.Address, opened.Address);
        }
    }

    [Fact]
    public void Store_that_names_another_owner_is_refused()
    {
        using var key = EthereumKey.Create();
        var json = JsonNode.Parse(Keystore.Lock(key, Passphrase, s_cheap).ToJson())!;
        json["address"] = new string('1', 40);

        var exception = Assert.Throws<KeystoreException>(() => Keystore.Parse(json.ToJsonString()).Unlock(Passphrase));

        Assert.Contains("0x1111111111111111111111111111111111111111", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_spelling_of_crypto_and_a_store_without_id_and_address_are_read()
    {
        using var key = EthereumKey.Create();
        var json = JsonNode.Parse(Keystore.Lock(key, Passphrase, s_cheap).ToJson())!.AsObject();
        var crypto = json["crypto"]!.DeepClone();
        foreach (var name in new[] { "crypto", "id", "address" })
        {
            json.Remove(name);
        }

        json["Crypto"] = crypto;
        var store = Keystore.Parse(json.ToJsonString());

        Assert.Null(store.Address);
        using var opened = store.Unlock(Passphrase);
        Assert.Equal(key.Address, opened.Address);
    }

    [Theory]
    [InlineData("version", "1", "version 1")]
    [InlineData("version", "\"3\"", "'version'")]
    [InlineData("address", "\"12\"", "'address'")]
    [InlineData("crypto", "7", "'crypto'")]
    [InlineData("crypto/cipher", "\"aes-256-cbc\"", "'cipher'")]
    [InlineData("crypto/cipherparams", "[]", "'cipherparams'")]
    [InlineData("crypto/cipherparams/iv", "\"00\"", "'iv' has 1 bytes")]
    [InlineData("crypto/ciphertext", "\"xx\"", "'ciphertext' is not hex")]
    [InlineData("crypto/ciphertext", "\"00\"", "'ciphertext' has 1 bytes")]
    [InlineData("crypto/mac", "null", "'mac'")]
    [InlineData("crypto/kdf", "\"bcrypt\"", "'kdf'")]
    [InlineData("crypto/kdfparams/dklen", "16", "'dklen'")]
    [InlineData("crypto/kdfparams/n", "3", "n=3")]
    [InlineData("crypto/kdfparams/n", "1073741824", "more memory")]
    [InlineData("crypto/kdfparams/p", "2147483647", "more memory or time")]
    [InlineData("crypto/kdfparams/r", "8388608", "more memory or time")]
    [InlineData("crypto/kdfparams/r", "0", "r=0")]
    [InlineData("crypto/kdfparams/salt", "\"00\"", "salt has 1 bytes")]
    [InlineData("crypto/kdfparams/salt", "\"\\ud800\"", "not JSON")]
    public void Store_that_cannot_be_opened_says_which_field_is_why(string path, string value, string reason)
    {
        using var key = EthereumKey.Create();
        var steps = path.Split('/');
        var json = JsonNode.Parse(Keystore.Lock(key, Passphrase, s_cheap).ToJson())!;
        var place = steps[..^1].Aggregate(json, (node, step) => node[step]!);
        place[steps[^1]] = "(value)";

        var exception = Assert.Throws<KeystoreException>(() =>
            Keystore.Parse(json.ToJsonString().Replace("\"(value)\"", value, StringComparison.Ordinal)));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_rounds_of_pbkdf2_are_refused() =>
        Assert.Throws<KeystoreException>(() => Keystore.Parse(PublishedPbkdf2.Replace("262144", "2000000000", StringComparison.Ordinal)));

    [Fact]
    public void Random_text_is_refused_by_name()
    {
        using var key = EthereumKey.Create();
        var json = Keystore.Lock(key, Passphrase, s_cheap).ToJson();

        Prop.ForAll(Gen.Choose(0, json.Length - 1).Zip(Gen.Elements('"', '{', '0', 'z', ',', '\\')).ToArbitrary(), change =>
        {
            try
            {
                Keystore.Parse(json[..change.Item1] + change.Item2 + json[(change.Item1 + 1)..]).Unlock("other").Dispose();
                Assert.Fail("a wrong passphrase opened the store");
            }
            catch (KeystoreException)
            {
                // Refused by name.
            }
        }).QuickCheckThrowOnFailure();
    }
}
