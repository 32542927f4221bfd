using Pool.Shared.Ethereum;

namespace Pool.Tests.Chain;

/// <summary>
/// The first ten accounts of the public development mnemonic "test test test test test test test test test test test junk", path m/44'/60'/0'/0/i. Everybody
/// knows these private keys, every development node gives their accounts ETH, and whatever is sent to them on a real chain is gone at once.
/// </summary>
public static class DevAccounts
{
    private static readonly EthereumKey[] s_keys =
    [
        Key("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
        Key("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
        Key("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
        Key("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
        Key("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
        Key("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
        Key("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
        Key("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
        Key("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
        Key("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ];

    /// <summary>Deploys, owns the Controller, holds all LPT.</summary>
    public static EthereumKey Deployer => s_keys[0];

    /// <summary>The pool's orchestrator.</summary>
    public static EthereumKey Orchestrator => s_keys[1];

    /// <summary>A gateway.</summary>
    public static EthereumKey Gateway => s_keys[2];

    /// <summary>Paid by the pool.</summary>
    public static EthereumKey WorkerA => s_keys[3];

    /// <summary>Paid by the pool.</summary>
    public static EthereumKey WorkerB => s_keys[4];

    /// <summary>Delegates stake to the orchestrator.</summary>
    public static EthereumKey Delegator => s_keys[5];

    /// <summary>Another orchestrator.</summary>
    public static EthereumKey SecondOrchestrator => s_keys[6];

    /// <summary>Somebody.</summary>
    public static EthereumKey Outsider => s_keys[7];

    /// <summary>All ten. Nobody disposes of them.</summary>
    public static IReadOnlyList<EthereumKey> All => s_keys;

    private static EthereumKey Key(string hex) => EthereumKey.FromBytes(Convert.FromHexString(hex));
}
