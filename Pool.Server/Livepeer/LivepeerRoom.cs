using Microsoft.Extensions.Options;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>The network's face: gRPC and HTTP as an orchestrator has them (protocol §1.3). It translates and decides nothing.</summary>
public static class LivepeerRoom
{
    /// <summary>The framework's own pattern leaves out paths that look like files.</summary>
    private const string AnyPath = "{**path}";

    public static WebApplicationBuilder AddLivepeer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<EdgeOptions, EdgeOptionsValidator>().BindConfiguration(EdgeOptions.Section);
        builder.Services.AddOptionsWithValidateOnStart<SegmentUrlOptions, SegmentUrlOptionsValidator>().BindConfiguration(SegmentUrlOptions.Section);
        builder.Services.AddSingleton<NetworkIdentity>();
        builder.Services.AddSingleton<OrchestratorAnswers>();
        builder.Services.AddSingleton<OrchestratorService>();
        builder.Services.AddSingleton<RequestPace>();
        builder.Services.AddSingleton<EdgeGuard>();
        builder.Services.AddSingleton<GrpcUnary>();
        builder.Services.AddSingleton<SourceDownload>();
        builder.Services.AddSingleton<SegmentBytes>();
        builder.Services.AddSingleton<SegmentIntake>();
        builder.Services.AddSingleton<SegmentEndpoint>();
        builder.Services.AddSingleton<StreamEndpoint>();
        return builder;
    }

    public static void MapLivepeer(this IEndpointRouteBuilder routes)
    {
        // Made with the first request: routes are mapped before the signer and the chain are there.
        var service = new Lazy<OrchestratorService>(routes.ServiceProvider.GetRequiredService<OrchestratorService>);
        var segments = new Lazy<SegmentEndpoint>(routes.ServiceProvider.GetRequiredService<SegmentEndpoint>);
        var grpc = routes.ServiceProvider.GetRequiredService<GrpcUnary>();
        routes.MapGrpc("GetOrchestrator", grpc.Handler(OrchestratorRequest.Parser, (context, request) => service.Value.GetOrchestratorAsync(context, request)));
        routes.MapGrpc("Ping", grpc.Handler(PingPong.Parser, (context, request) => service.Value.PingAsync(context, request)));
        routes.MapGrpc("EndTranscodingSession", grpc.Handler(EndTranscodingSessionRequest.Parser, (context, request) => service.Value.EndTranscodingSessionAsync(context, request)));

        // HTTP/2 with gRPC's content type is gRPC whatever its path is, and everything else is not (protocol §1.1).
        routes.MapHttp("/segment", context => segments.Value.HandleAsync(context));
        var streams = routes.ServiceProvider.GetRequiredService<StreamEndpoint>();
        routes.MapMethods("/stream/{name}", [HttpMethods.Get, HttpMethods.Head], streams.HandleAsync);
        routes.MapHttp("/healthz", _ => Task.CompletedTask);
        routes.MapFallback(AnyPath, NotFoundAsync);
    }

    /// <summary>What stands before all of it.</summary>
    public static void UseEdgeGuard(this IApplicationBuilder app) =>
        app.Use(app.ApplicationServices.GetRequiredService<EdgeGuard>().InvokeAsync);

    private static void MapGrpc(this IEndpointRouteBuilder routes, string method, RequestDelegate handler) =>
        routes.Map($"/net.Orchestrator/{method}", context => GrpcUnary.IsGrpc(context.Request) ? handler(context) : NotFoundAsync(context));

    private static void MapHttp(this IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.Map(path, context => GrpcUnary.IsGrpc(context.Request) ? NotFoundAsync(context) : handler(context));

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
