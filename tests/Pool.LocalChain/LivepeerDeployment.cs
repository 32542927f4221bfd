using System.Text;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;
using Pool.Shared.Livepeer;
using Pool.Shared.Money;

namespace Pool.Tests.Chain;

/// <summary>
/// Deploys Livepeer's contracts as the network has them: a Controller that knows all others, and proxies before those whose code is replaced now and then. All
/// transactions are one list: where a contract will live is known before it is created.
/// </summary>
internal sealed class LivepeerDeployment
{
    /// <summary>Blocks of a round; the network has 5,760.</summary>
    public const long RoundLength = 50;

    private const long UnbondingPeriod = 7;
    private const long PoolSize = 100;
    private const long RoundLockAmount = 100_000;
    private const long UnlockPeriod = 2;
    private const long TicketValidityPeriod = 2;
    private const long Inflation = 218_500;
    private const long InflationChange = 500;
    private const long TargetBondingRate = 500_000_000;
    private const ulong CreationGas = 6_000_000;
    private const string Constructor = "constructor";
    private const string OwnedByController = $"{Constructor}(address controller)";

    /// <summary>Creates a contract that answers everything with a zero word: the L1 supply that the Minter asks for.</summary>
    private static readonly byte[] s_zeroAnswerer = Convert.FromHexString("6460206000f36000526005601bf3");

    private readonly Address _deployer;
    private readonly List<DevCall> _calls = [];
    private readonly List<DevCall> _settings = [];
    private readonly ulong _firstNonce;
    private readonly DeployedContract _controller;

    private LivepeerDeployment(Address deployer, ulong firstNonce)
    {
        (_deployer, _firstNonce) = (deployer, firstNonce);
        _controller = Create(Artifact.Read("Controller"), $"{Constructor}()");
    }

    /// <summary>All LPT there is at the beginning; the deployer has it.</summary>
    public static LptWei Supply { get; } = LptWei.OneLpt * 4_000_000;

    /// <summary>The transactions in their order, and where the contracts will be.</summary>
    /// <param name="deployer">Who sends them.</param>
    /// <param name="firstNonce">Its next nonce.</param>
    public static (IReadOnlyList<DevCall> Calls, LivepeerContracts Contracts) Plan(Address deployer, ulong firstNonce)
    {
        var deployment = new LivepeerDeployment(deployer, firstNonce);
        var contracts = deployment.Contracts();
        deployment.Set(contracts);
        return ([.. deployment._calls, .. deployment._settings], contracts);
    }

    private LivepeerContracts Contracts()
    {
        var token = Create(Artifact.Read("LivepeerToken", "token"), $"{Constructor}()");
        var minter = Create(
            Artifact.Read("Minter", "token"), $"{Constructor}(address controller, uint256 inflation, uint256 change, uint256 rate)",
            _controller.Address, Inflation, InflationChange, TargetBondingRate);
        var list = Create(Artifact.Read("SortedDoublyLL", "libraries"), $"{Constructor}()");
        var ticketBroker = BehindProxy(Artifact.Read("TicketBroker", "pm"));
        var bondingManager = BehindProxy(Artifact.Read("BondingManager", "bonding"), new Dictionary<string, Address> { [list.Name] = list.Address });
        var contracts = new LivepeerContracts
        {
            Controller = _controller,
            LivepeerToken = token,
            Minter = minter,
            TicketBroker = ticketBroker,
            BondingManager = bondingManager,
            RoundsManager = BehindProxy(Artifact.Read("RoundsManager", "rounds")),
            ServiceRegistry = BehindProxy(Artifact.Read("ServiceRegistry")),
            PollCreator = Create(Artifact.Read("PollCreator", "polling"), $"{Constructor}(address bondingManager)", bondingManager.Address),
        };
        Register(token.Name, token.Address);
        Register(minter.Name, minter.Address);
        Register("L2LPTDataCache", Create(s_zeroAnswerer));
        // The Minter knows the TicketBroker by its first name.
        Register("JobsManager", ticketBroker.Address);
        return contracts;
    }

    private void Set(LivepeerContracts contracts)
    {
        var minterRole = Bytes32.Keccak(Encoding.ASCII.GetBytes("MINTER_ROLE"));
        _settings.AddRange(
        [
            contracts.LivepeerToken.Call("grantRole", minterRole, _deployer),
            contracts.LivepeerToken.Call("mint", _deployer, Supply),
            contracts.LivepeerToken.Call("grantRole", minterRole, contracts.Minter.Address),
            contracts.BondingManager.Call("setUnbondingPeriod", UnbondingPeriod),
            contracts.BondingManager.Call("setNumActiveTranscoders", PoolSize),
            contracts.RoundsManager.Call("setRoundLength", RoundLength),
            contracts.RoundsManager.Call("setRoundLockAmount", RoundLockAmount),
            contracts.TicketBroker.Call("setUnlockPeriod", UnlockPeriod),
            contracts.TicketBroker.Call("setTicketValidityPeriod", TicketValidityPeriod),
            _controller.Call("unpause"),
        ]);
    }

    /// <summary>The code, registered under its name and "Target", and before it a proxy that looks there.</summary>
    private DeployedContract BehindProxy(Artifact code, IReadOnlyDictionary<string, Address>? libraries = null)
    {
        var target = $"{code.Name}Target";
        Register(target, Create(code.Creation(OwnedByController, [_controller.Address], libraries)));
        var proxy = Create(Artifact.Read("ManagerProxy"), $"{Constructor}(address controller, bytes32 target)", _controller.Address, ContractId.Of(target));
        Register(code.Name, proxy.Address);
        return new DeployedContract(code.Name, proxy.Address, code.Abi);
    }

    private void Register(string name, Address contract) =>
        _settings.Add(_controller.Call("setContractInfo", ContractId.Of(name), contract, new byte[20]));

    private DeployedContract Create(Artifact code, string constructor, params IReadOnlyList<AbiValue> arguments) =>
        new(code.Name, Create(code.Creation(constructor, arguments)), code.Abi);

    private Address Create(byte[] creation)
    {
        var nonce = _firstNonce + (ulong)_calls.Count;
        _calls.Add(new DevCall(null, creation) { Gas = CreationGas });
        return ContractAddress.Of(_deployer, nonce);
    }
}
