using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pool.Shared.Ethereum.Keystores;

/// <summary>The JSON of a key store of version 3.</summary>
internal static class KeystoreJson
{
    private const int Version = 3;
    private const string Cipher = "aes-128-ctr";
    private const string Scrypt = "scrypt";
    private const string Pbkdf2 = "pbkdf2";
    private const string Prf = "hmac-sha256";

    /// <summary>Largest store that is read; real ones have about 500 characters.</summary>
    private const int MaxCharacters = 64 * 1024;

    /// <summary>Longest binary value that is read.</summary>
    private const int MaxValueBytes = 1024;

    public static Keystore Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaxCharacters)
        {
            throw new KeystoreException($"the key store has more than {MaxCharacters} characters");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what a text with half a character is answered with.
            throw new KeystoreException($"the key store is not JSON: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    public static string Write(Keystore store)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            if (store.Address is { } address)
            {
                writer.WriteString("address", Convert.ToHexStringLower(address.ToBytes()));
            }

            writer.WriteStartObject("crypto");
            writer.WriteString("cipher", Cipher);
            writer.WriteStartObject("cipherparams");
            writer.WriteString("iv", Convert.ToHexStringLower(store.Iv));
            writer.WriteEndObject();
            writer.WriteString("ciphertext", Convert.ToHexStringLower(store.Locked));
            WriteDerivation(writer, store.Derivation);
            writer.WriteString("mac", Convert.ToHexStringLower(store.Checksum.ToBytes()));
            writer.WriteEndObject();
            writer.WriteString("id", store.Id.ToString("D"));
            writer.WriteNumber("version", Version);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteDerivation(Utf8JsonWriter writer, KeyDerivation derivation)
    {
        writer.WriteString("kdf", derivation is KeyDerivation.Scrypt ? Scrypt : Pbkdf2);
        writer.WriteStartObject("kdfparams");
        writer.WriteNumber("dklen", KeyDerivation.DerivedBytes);
        switch (derivation)
        {
            case KeyDerivation.Scrypt scrypt:
                writer.WriteNumber("n", scrypt.Cost);
                writer.WriteNumber("r", scrypt.BlockSize);
                writer.WriteNumber("p", scrypt.Parallelism);
                break;
            case KeyDerivation.Pbkdf2 pbkdf2:
                writer.WriteNumber("c", pbkdf2.Iterations);
                writer.WriteString("prf", Prf);
                break;
        }

        writer.WriteString("salt", Convert.ToHexStringLower(derivation.Salt));
        writer.WriteEndObject();
    }

    private static Keystore Read(JsonElement root)
    {
        RequireObject(root, "the key store");
        if (Integer(root, "version") is not Version and var version)
        {
            throw new KeystoreException($"the key store is of version {version}, only {Version} can be read");
        }

        // Old versions of geth wrote "Crypto".
        var crypto = root.TryGetProperty("Crypto", out var capital) ? capital : Element(root, "crypto");
        RequireObject(crypto, "'crypto'");
        RequireText(crypto, "cipher", Cipher);
        var iv = Bytes(Child(crypto, "cipherparams"), "iv", Keystore.IvBytes);
        var locked = Bytes(crypto, "ciphertext", EthereumKey.Bytes);
        var checksum = Bytes(crypto, "mac", Bytes32.Length);
        return new Keystore(Id(root), Owner(root), Derivation(crypto), iv, locked, new Bytes32(checksum));
    }

    private static KeyDerivation Derivation(JsonElement crypto)
    {
        var parameters = Child(crypto, "kdfparams");
        if (Integer(parameters, "dklen") is not KeyDerivation.DerivedBytes and var length)
        {
            throw new KeystoreException($"'dklen' is {length}, only {KeyDerivation.DerivedBytes} can be read");
        }

        var salt = Bytes(parameters, "salt");
        switch (Text(crypto, "kdf"))
        {
            case Scrypt:
                return new KeyDerivation.Scrypt(salt, Integer(parameters, "n"), Integer(parameters, "r"), Integer(parameters, "p"));
            case Pbkdf2:
                RequireText(parameters, "prf", Prf);
                return new KeyDerivation.Pbkdf2(salt, Integer(parameters, "c"));
            default:
                throw new KeystoreException($"'kdf' is neither {Scrypt} nor {Pbkdf2}");
        }
    }

    private static Guid Id(JsonElement root) =>
        root.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var guid) ? guid : Guid.Empty;

    private static Address? Owner(JsonElement root)
    {
        if (!root.TryGetProperty("address", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return Address.FromWire(Bytes(root, "address", Address.Bytes));
    }

    private static JsonElement Element(JsonElement parent, string name) => parent.TryGetProperty(name, out var element)
        ? element
        : throw new KeystoreException($"the key store has no '{name}'");

    private static JsonElement Child(JsonElement parent, string name)
    {
        var child = Element(parent, name);
        RequireObject(child, $"'{name}'");
        return child;
    }

    private static void RequireObject(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new KeystoreException($"{what} is not an object");
        }
    }

    private static void RequireText(JsonElement parent, string name, string expected)
    {
        if (Text(parent, name) != expected)
        {
            throw new KeystoreException($"'{name}' is not {expected}, which is all that can be read");
        }
    }

    private static string Text(JsonElement parent, string name) => Element(parent, name) is { ValueKind: JsonValueKind.String } text
        ? text.GetString() ?? ""
        : throw new KeystoreException($"'{name}' is not a text");

    private static int Integer(JsonElement parent, string name) =>
        Element(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value)
            ? value
            : throw new KeystoreException($"'{name}' is not a whole number below 2^31");

    private static byte[] Bytes(JsonElement parent, string name, int length)
    {
        var bytes = Bytes(parent, name);
        return bytes.Length == length ? bytes : throw new KeystoreException($"'{name}' has {bytes.Length} bytes instead of {length}");
    }

    /// <summary>Hex digits, with 0x before them or without.</summary>
    private static byte[] Bytes(JsonElement parent, string name)
    {
        var text = Text(parent, name);
        var digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        var bytes = new byte[Math.Min(digits.Length / 2, MaxValueBytes)];
        return Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw new KeystoreException($"'{name}' is not hex digits in pairs, at most {MaxValueBytes} of them");
    }
}
