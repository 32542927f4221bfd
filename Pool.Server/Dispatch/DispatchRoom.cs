using Microsoft.Extensions.Options;
using Pool.Server.Dispatch.Joining;
using Pool.Server.Dispatch.Policies;
using Pool.Server.Settlement;
using Pool.Server.Workers;

namespace Pool.Server.Dispatch;

/// <summary>Which worker gets which segment, and what becomes of it.</summary>
public static class DispatchRoom
{
    public static WebApplicationBuilder AddDispatch(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<DispatchOptions, DispatchOptionsValidator>().BindConfiguration(DispatchOptions.Section);
        builder.Services.AddSingleton<AssignmentBook>();
        builder.Services.AddSingleton<LeaseBook>();
        builder.Services.AddSingleton<IWorkerLeases>(services => services.GetRequiredService<LeaseBook>());
        builder.Services.AddSingleton<WorkerChoice>();
        builder.Services.AddSingleton<AssignmentEndpoints>();
        builder.Services.AddSingleton<SignatureEndpoint>();
        builder.Services.AddSingleton(services => new WaitingLine(services.GetRequiredService<WorkerChoice>(), Options(services).MaxWaiting));
        builder.Services.AddHostedService<LineServer>();
        builder.Services.AddSingleton(services => new DispatchParts(
            services.GetRequiredService<WorkerRegistry>(),
            services.GetRequiredService<WorkerChoice>(),
            services.GetRequiredService<WaitingLine>(),
            services.GetRequiredService<AssignmentBook>(),
            services.GetRequiredService<LeaseBook>(),
            new HedgeBudget(Options(services).HedgeShare),
            services.GetRequiredService<ReceiptSender>(),
            Options(services),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new SegmentDispatcher(
            services.GetRequiredService<DispatchParts>(),
            services.GetRequiredService<ISettlement>(),
            services.GetRequiredService<ILogger<SegmentDispatcher>>()));
        builder.Services.AddSingleton<ClipRun>();
        builder.Services.AddSingleton<JoiningBenchmark>();
        builder.Services.AddSingleton<IJoiningBenchmark>(services => services.GetRequiredService<JoiningBenchmark>());
        builder.Services.AddHostedService(services => services.GetRequiredService<JoiningBenchmark>());
        return builder;
    }

    public static void MapDispatch(this IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<AssignmentEndpoints>();
        var group = routes.MapGroup("/worker/assignments/{id}");
        group.MapGet("/segment", endpoints.FetchAsync);
        group.MapPut("/renditions/{index:int}", (HttpContext context, string id, int index) => endpoints.UploadAsync(context, id, index));
        var signatures = routes.ServiceProvider.GetRequiredService<SignatureEndpoint>();
        group.MapPut("/renditions/{index:int}/signature", (HttpContext context, string id, int index) => signatures.UploadAsync(context, id, index));
        group.MapPost("/outcome", endpoints.FinishAsync);
    }

    private static DispatchOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<DispatchOptions>>().Value;
}
