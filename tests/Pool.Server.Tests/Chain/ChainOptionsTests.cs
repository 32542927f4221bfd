using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Chain.Rpc;

namespace Pool.Server.Tests.Chain;

/// <summary>Settings of the chain: what is known is filled in, what is wrong is said in sentences, what is secret in neither.</summary>
public sealed class ChainOptionsTests
{
    private const string Url = "https://rpc.example/v2/secretkey";

    [Fact]
    public void Off_chain_needs_nothing_and_has_no_node()
    {
        using var app = Build([]);

        Assert.False(app.Services.GetRequiredService<IOptions<ChainOptions>>().Value.IsOnChain);
        Assert.Null(app.Services.GetService<IEthereumRpc>());
    }

    [Fact]
    public void Arbitrum_One_is_known_and_needs_only_endpoints()
    {
        using var app = Build(new() { ["Network"] = ChainOptions.ArbitrumOne, ["RpcUrls:0"] = Url, ["RpcUrls:1"] = "http://127.0.0.1:8547" });

        var options = app.Services.GetRequiredService<IOptions<ChainOptions>>().Value;

        Assert.Equal("0xD8E8328501E9645d16Cf49539efC04f734606ee4", options.Controller);
        Assert.Equal(42161ul, options.ChainId);
        Assert.Equal(42161ul, app.Services.GetRequiredService<IEthereumRpc>().ChainId);
    }

    [Theory]
    [InlineData("Network", " ", "Chain:Network (POOL_CHAIN__NETWORK) is empty")]
    [InlineData("RpcUrls:0", "ws://user:secretkey@rpc.example", "Chain:RpcUrls:0 (POOL_CHAIN__RPC_URLS__0) is not the address of an endpoint")]
    [InlineData("RpcUrls:0", "secretkey", "Chain:RpcUrls:0 (POOL_CHAIN__RPC_URLS__0) is not the address of an endpoint")]
    [InlineData("RpcUrls:1", Url, "names the same endpoint twice")]
    [InlineData("RpcUrls:0", null, "needs JSON-RPC endpoints")]
    [InlineData("Controller", null, "Chain:Controller (POOL_CHAIN__CONTROLLER) is not set")]
    [InlineData("Controller", "0x12", "Chain:Controller (POOL_CHAIN__CONTROLLER) is no contract")]
    [InlineData("Controller", "0x0000000000000000000000000000000000000000", "it is the zero address")]
    [InlineData("ChainId", null, "Chain:ChainId (POOL_CHAIN__CHAIN_ID) is not set")]
    [InlineData("Orchestrator", "0xabc", "Chain:Orchestrator (POOL_CHAIN__ORCHESTRATOR)")]
    [InlineData("PollInterval", "00:10:00", "Chain:PollInterval (POOL_CHAIN__POLL_INTERVAL)")]
    [InlineData("Finality", "soon", "Chain:Finality (POOL_CHAIN__FINALITY) is 'soon'")]
    [InlineData("Finality", "-1", "Chain:Finality (POOL_CHAIN__FINALITY) is '-1'")]
    [InlineData("MinGasPrice", "0.1", "Chain:MinGasPrice (POOL_CHAIN__MIN_GAS_PRICE) is '0.1'")]
    [InlineData("MaxGasPrice", "1 gwei", "Chain:MaxGasPrice (POOL_CHAIN__MAX_GAS_PRICE) is '1 gwei'")]
    [InlineData("MaxGasPrice", "5", "is below Chain:MinGasPrice")]
    public void Wrong_setting_stops_the_start_and_is_named(string key, string? value, string sentence)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Network"] = "private",
            ["RpcUrls:0"] = Url,
            ["Controller"] = "0x5FbDB2315678afecb367f032d93F642f64180aa3",
            ["ChainId"] = "31337",
            ["Finality"] = "2",
            ["MinGasPrice"] = "10",
            [key] = value,
        };
        if (value is null)
        {
            settings.Remove(key);
        }

        using var app = Build(settings);

        var fault = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<ChainOptions>>().Value);
        Assert.Contains(sentence, Assert.Single(fault.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("secretkey", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ChainId", "1", "arbitrum-one-mainnet is chain 42161")]
    [InlineData("Finality", "12", "blocks on top mean nothing on Arbitrum One")]
    public void Setting_that_does_not_fit_Arbitrum_One_is_refused(string key, string value, string sentence)
    {
        using var app = Build(new() { ["Network"] = ChainOptions.ArbitrumOne, ["RpcUrls:0"] = Url, [key] = value });

        var fault = Assert.Throws<OptionsValidationException>(() => app.Services.GetRequiredService<IOptions<ChainOptions>>().Value);
        Assert.Contains(sentence, Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    private static Room Build(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{ChainOptions.Section}:{setting.Key}", setting.Value)));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLogging();
        builder.AddChain();
        return new Room(builder.Services.BuildServiceProvider());
    }

    private sealed record Room(ServiceProvider Services) : IDisposable
    {
        public void Dispose() => Services.Dispose();
    }
}
