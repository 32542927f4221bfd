using System.Security.Cryptography;
using System.Text;

namespace Pool.Shared.Ethereum.Keystores;

/// <summary>A private key locked with a passphrase: Ethereum's key store of version 3, as geth and wallets write it.</summary>
/// <remarks>The passphrase is taken as UTF-8, as it was typed.</remarks>
public sealed class Keystore
{
    /// <summary>Length of the cipher's start value.</summary>
    internal const int IvBytes = 16;

    /// <summary>Salt of new stores.</summary>
    private const int NewSaltBytes = 32;

    private const int CipherKeyBytes = 16;

    internal Keystore(Guid id, Address? address, KeyDerivation derivation, byte[] iv, byte[] locked, Bytes32 checksum)
    {
        (Id, Address, Derivation, Iv, Locked, Checksum) = (id, address, derivation, iv, locked, checksum);
    }

    /// <summary>Name of the store.</summary>
    public Guid Id { get; }

    /// <summary>Whose key it is, when the store says so; whether it is true is seen when it is opened.</summary>
    public Address? Address { get; }

    /// <summary>How the passphrase is made into the lock.</summary>
    public KeyDerivation Derivation { get; }

    /// <summary>Start value of the cipher.</summary>
    internal byte[] Iv { get; }

    /// <summary>The private key, encrypted with AES-128 in counter mode.</summary>
    internal byte[] Locked { get; }

    /// <summary>Hash of half the derived key and what is locked: tells a wrong passphrase.</summary>
    internal Bytes32 Checksum { get; }

    /// <summary>Locks a key with scrypt at the strength that geth uses.</summary>
    public static Keystore Lock(EthereumKey key, string passphrase) => Lock(key, passphrase, new KeyDerivation.Scrypt(
        RandomNumberGenerator.GetBytes(NewSaltBytes),
        KeyDerivation.Scrypt.StandardCost,
        KeyDerivation.Scrypt.StandardBlockSize,
        KeyDerivation.Scrypt.StandardParallelism));

    /// <summary>Locks a key with a derivation of the caller's choice.</summary>
    public static Keystore Lock(EthereumKey key, string passphrase, KeyDerivation derivation)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(derivation);
        var iv = RandomNumberGenerator.GetBytes(IvBytes);
        var derived = Derive(derivation, passphrase);
        var privateKey = key.ExportBytes();
        try
        {
            ApplyCipher(derived, iv, privateKey);
            return new Keystore(Guid.NewGuid(), key.Address, derivation, iv, [.. privateKey], ChecksumOf(derived, privateKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Reads a store from its JSON; the key stays locked.</summary>
    /// <exception cref="KeystoreException">It is no key store of version 3, or one this program cannot open.</exception>
    public static Keystore Parse(string json) => KeystoreJson.Read(json);

    /// <summary>Takes the key out.</summary>
    /// <exception cref="KeystoreException">The passphrase is wrong, or the store does not hold the key it says.</exception>
    public EthereumKey Unlock(string passphrase)
    {
        var derived = Derive(Derivation, passphrase);
        var privateKey = Locked.ToArray();
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(ChecksumOf(derived, Locked).ToBytes(), Checksum.ToBytes()))
            {
                throw new KeystoreException("the passphrase is wrong, or the key store was changed");
            }

            ApplyCipher(derived, Iv, privateKey);
            return Verified(EthereumKey.FromBytes(privateKey));
        }
        catch (ArgumentException exception)
        {
            throw new KeystoreException("what the key store holds is not a private key", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>The store as JSON, for a file that only its owner may read.</summary>
    public string ToJson() => KeystoreJson.Write(this);

    private static byte[] Derive(KeyDerivation derivation, string passphrase)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        var bytes = Encoding.UTF8.GetBytes(passphrase);
        try
        {
            return derivation.Derive(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static Bytes32 ChecksumOf(ReadOnlySpan<byte> derived, ReadOnlySpan<byte> locked) =>
        Bytes32.Keccak([.. derived[CipherKeyBytes..], .. locked]);

    /// <summary>AES-128 in counter mode, which is the same in both directions; .NET has the block cipher only.</summary>
    private static void ApplyCipher(ReadOnlySpan<byte> derived, ReadOnlySpan<byte> iv, Span<byte> data)
    {
        using var aes = Aes.Create();
        aes.SetKey(derived[..CipherKeyBytes]);
        Span<byte> counter = stackalloc byte[IvBytes];
        Span<byte> stream = stackalloc byte[IvBytes];
        iv.CopyTo(counter);
        while (!data.IsEmpty)
        {
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            var length = Math.Min(data.Length, stream.Length);
            for (var i = 0; i < length; i++)
            {
                data[i] ^= stream[i];
            }

            data = data[length..];
            Increment(counter);
        }
    }

    private static void Increment(Span<byte> counter)
    {
        for (var i = counter.Length - 1; i >= 0 && ++counter[i] == 0; i--)
        {
        }
    }

    private EthereumKey Verified(EthereumKey key)
    {
        if (Address is not { } address || address == key.Address)
        {
            return key;
        }

        key.Dispose();
        throw new KeystoreException($"the key store says it is for {address}, and it holds the key of {key.Address}");
    }
}
