using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>The network's face: gRPC and HTTP as an orchestrator has them (protocol §1.3). It translates and decides nothing.</summary>
public static class LivepeerRoom
{
    /// <summary>The framework's own pattern leaves out paths that look like files.</summary>
    private const string AnyPath = "{**path}";

    public static WebApplicationBuilder AddLivepeer(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<NetworkIdentity>();
        builder.Services.AddSingleton<OrchestratorAnswers>();
        builder.Services.AddSingleton<OrchestratorService>();
        builder.Services.AddSingleton<SegmentEndpoint>();
        builder.Services.AddSingleton<StreamEndpoint>();
        return builder;
    }

    public static void MapLivepeer(this IEndpointRouteBuilder routes)
    {
        var service = routes.ServiceProvider.GetRequiredService<OrchestratorService>();
        routes.MapGrpc("GetOrchestrator", GrpcUnary.Handler(OrchestratorRequest.Parser, service.GetOrchestrator));
        routes.MapGrpc("Ping", GrpcUnary.Handler(PingPong.Parser, OrchestratorService.Ping));
        routes.MapGrpc("EndTranscodingSession", GrpcUnary.Handler(EndTranscodingSessionRequest.Parser, service.EndTranscodingSession));

        routes.Map("/segment", routes.ServiceProvider.GetRequiredService<SegmentEndpoint>().HandleAsync);
        routes.MapGet("/stream/{name}", routes.ServiceProvider.GetRequiredService<StreamEndpoint>().HandleAsync);
        routes.MapGet("/healthz", () => Results.Ok());
        routes.MapFallback(AnyPath, NotFoundAsync);
    }

    private static void MapGrpc(this IEndpointRouteBuilder routes, string method, RequestDelegate handler) =>
        routes.Map($"/net.Orchestrator/{method}", context => GrpcUnary.IsGrpc(context.Request) ? handler(context) : NotFoundAsync(context));

    private static Task NotFoundAsync(HttpContext context)
    {
        if (GrpcUnary.IsGrpc(context.Request))
        {
            return GrpcUnary.UnimplementedAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }
}
