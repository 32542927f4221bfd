using System.Security.Cryptography;

namespace Pool.Shared.Ethereum.Keystores;

/// <summary>How a passphrase becomes the key that locks the store. Slow on purpose: it is what a thief has to repeat for every guess.</summary>
public abstract record KeyDerivation
{
    /// <summary>Bytes that are derived: the first half is the cipher's key, of the second the check sum is made.</summary>
    public const int DerivedBytes = 32;

    /// <summary>Shortest and longest salt that is accepted; 32 bytes are usual.</summary>
    private const int MinSaltBytes = 8;

    private const int MaxSaltBytes = 256;

    private KeyDerivation(byte[] salt)
    {
        if (salt.Length is < MinSaltBytes or > MaxSaltBytes)
        {
            throw new KeystoreException($"the salt has {salt.Length} bytes, {MinSaltBytes} to {MaxSaltBytes} are accepted");
        }

        Salt = salt;
    }

    /// <summary>Random bytes, so that one passphrase gives another key in every store.</summary>
    public byte[] Salt { get; }

    /// <summary>Derives <see cref="DerivedBytes"/> bytes.</summary>
    public abstract byte[] Derive(ReadOnlySpan<byte> passphrase);

    /// <summary>scrypt (RFC 7914).</summary>
    public sealed record Scrypt : KeyDerivation
    {
        /// <summary>N of new stores, as geth's standard: 256 MiB and about a second.</summary>
        public const int StandardCost = 1 << 18;

        /// <summary>r of new stores.</summary>
        public const int StandardBlockSize = 8;

        /// <summary>p of new stores.</summary>
        public const int StandardParallelism = 1;

        /// <summary>Memory that a store may ask for, 1 GiB: four times what wallets write.</summary>
        private const long MaxMemoryBytes = 1L << 30;

        /// <summary>Work that a store may ask for, N·r·p: sixteen times what wallets write.</summary>
        private const long MaxWork = 1L << 25;

        /// <summary>Highest r·p, eight mebibytes that are mixed: a hundred times what wallets write.</summary>
        private const int MaxChunks = 1 << 16;

        /// <summary>Bytes scrypt keeps for each N·r, and mixes for each r·p.</summary>
        private const int BytesPerUnit = 128;

        /// <param name="salt">Random bytes.</param>
        /// <param name="cost">N, a power of two above 1.</param>
        /// <param name="blockSize">r.</param>
        /// <param name="parallelism">p.</param>
        /// <exception cref="KeystoreException">The numbers are none of scrypt's, or ask for more than a wallet ever does.</exception>
        public Scrypt(byte[] salt, int cost, int blockSize, int parallelism)
            : base(salt)
        {
            if (cost < 2 || !int.IsPow2(cost) || blockSize < 1 || parallelism < 1)
            {
                throw new KeystoreException($"scrypt cannot work with n={cost}, r={blockSize}, p={parallelism}");
            }

            var units = (long)cost * blockSize;
            if (units > MaxMemoryBytes / BytesPerUnit || parallelism > MaxWork / units || parallelism > MaxChunks / blockSize)
            {
                throw new KeystoreException($"scrypt with n={cost}, r={blockSize}, p={parallelism} takes more memory or time than is accepted");
            }

            (Cost, BlockSize, Parallelism) = (cost, blockSize, parallelism);
        }

        public int Cost { get; }

        public int BlockSize { get; }

        public int Parallelism { get; }

        public override byte[] Derive(ReadOnlySpan<byte> passphrase) =>
            ScryptFunction.Derive(passphrase, Salt, Cost, BlockSize, Parallelism, DerivedBytes);
    }

    /// <summary>PBKDF2 with HMAC-SHA256 (RFC 8018).</summary>
    public sealed record Pbkdf2 : KeyDerivation
    {
        /// <summary>Rounds a store may ask for, forty times what wallets write.</summary>
        private const int MaxIterations = 10_000_000;

        /// <exception cref="KeystoreException">The number of rounds is not above zero, or more than a wallet ever asks for.</exception>
        public Pbkdf2(byte[] salt, int iterations)
            : base(salt)
        {
            if (iterations is < 1 or > MaxIterations)
            {
                throw new KeystoreException($"PBKDF2 with {iterations} rounds is not accepted, 1 to {MaxIterations} are");
            }

            Iterations = iterations;
        }

        public int Iterations { get; }

        public override byte[] Derive(ReadOnlySpan<byte> passphrase) =>
            Rfc2898DeriveBytes.Pbkdf2(passphrase, Salt, Iterations, HashAlgorithmName.SHA256, DerivedBytes);
    }
}
