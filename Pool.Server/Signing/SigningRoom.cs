using Microsoft.Extensions.Options;
using Pool.Server.Node;

namespace Pool.Server.Signing;

/// <summary>Who holds the orchestrator's key: a process of its own, reached by a Unix socket, with typed requests and caps (ADR 0015).</summary>
public static class SigningRoom
{
    /// <summary>The settings of the way to the signer; the signer itself is found by <see cref="ConnectSignerAsync"/>.</summary>
    public static WebApplicationBuilder AddSigning(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SigningOptions, SigningOptionsValidator>().BindConfiguration(SigningOptions.Section);
        if (builder.Services.All(service => service.ServiceType != typeof(ISigner)))
        {
            builder.Services.AddSingleton<SignerDoor>();
            builder.Services.AddSingleton<ISigner>(services => services.GetRequiredService<SignerDoor>().Signer);
        }

        return builder;
    }

    /// <summary>Finds the signer; before anybody asks for an <see cref="ISigner"/>. Nothing where another one was put in the place of ours.</summary>
    /// <exception cref="StartUpException">It is not there.</exception>
    public static async Task ConnectSignerAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetService<SignerDoor>() is { } door)
        {
            await door.ConnectAsync(cancellationToken);
        }
    }
}

/// <summary>Keeps the signer that was found at the start.</summary>
internal sealed class SignerDoor(IOptions<SigningOptions> options, IOptions<NodeOptions> node, TimeProvider time) : IAsyncDisposable
{
    private SignerClient? _signer;

    /// <exception cref="InvalidOperationException">It was not looked for yet.</exception>
    public ISigner Signer => _signer ?? throw new InvalidOperationException("The signer was not connected at the start.");

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var path = options.Value.SocketIn(node.Value.Home);
        try
        {
            _signer ??= await SignerClient.ConnectAsync(path, options.Value.AnswerTime, time, cancellationToken);
        }
        catch (SignerException away)
        {
            throw new StartUpException($"{away.Message}. Start it with: pool-server signer run (POOL_SIGNING__SOCKET names its socket).", away);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_signer is { } signer)
        {
            await signer.DisposeAsync();
        }
    }
}
