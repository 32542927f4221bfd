using Microsoft.AspNetCore.Http.Connections;
using Pool.Shared.Contracts;

namespace Pool.Server.Workers;

/// <summary>Who works here: the hub, the connected workers, the book of workers and payees.</summary>
public static class WorkersRoom
{
    /// <summary>The hub carries control messages only; SignalR's own default, named.</summary>
    private const int MaxMessageBytes = 32 * 1024;

    private static readonly TimeSpan s_ping = TimeSpan.FromSeconds(15);

    /// <summary>A connection that is silent for two pings is lost.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);

    public static WebApplicationBuilder AddWorkers(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<WorkersOptions, WorkersOptionsValidator>().BindConfiguration(WorkersOptions.Section);
        builder.Services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = MaxMessageBytes;
            hub.KeepAliveInterval = s_ping;
            hub.ClientTimeoutInterval = s_silence;
            hub.HandshakeTimeout = WorkerLink.JoinTimeout;
            hub.EnableDetailedErrors = false;
        });
        builder.Services.AddSingleton<WorkerRegistry>();
        builder.Services.AddSingleton<WorkerBook>();
        builder.Services.AddSingleton<WorkerRecords>();
        builder.Services.AddSingleton<JoinDeadlines>();
        builder.Services.AddSingleton<ReceiptKey>();
        builder.Services.AddSingleton<ReceiptSender>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ReceiptSender>());
        builder.Services.AddHostedService<LateJoins>();
        builder.Services.AddSingleton<RecordKeeper>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RecordKeeper>());
        builder.Services.AddHostedService<LinkWatch>();
        return builder;
    }

    public static void MapWorkers(this IEndpointRouteBuilder routes) =>
        routes.MapHub<WorkerHub>(WorkerLink.HubPath, hub => hub.Transports = HttpTransportType.WebSockets);
}
