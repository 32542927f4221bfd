using Microsoft.Extensions.Options;
using Pool.Server.Chain;
using Pool.Server.Node;

namespace Pool.Server.Admin;

/// <summary>What the operator reads. Reads everyone, nobody reads it.</summary>
public static class AdminRoom
{
    public const string StatusPath = "/operator/status";

    public const string HealthPath = "/health/ready";

    public const string ChainPath = "/operator/chain";

    public static WebApplicationBuilder AddAdmin(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StatusReader>();
        builder.Services.AddSingleton<ChainReader>();
        return builder;
    }

    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var token = routes.ServiceProvider.GetRequiredService<OperatorToken>();
        var reader = new Lazy<StatusReader>(routes.ServiceProvider.GetRequiredService<StatusReader>);
        routes.MapGet(HealthPath, () => Results.Text("ready\n"));
        routes.MapGet("/", () => Results.Text("A transcoding pool. Workers join here: pool-worker run --pool <this address> --payout 0x...\n"));
        routes.MapOperator(StatusPath, token, async context => Results.Json(await reader.Value.ReadAsync(context.RequestAborted)));
        routes.MapOperator(ChainPath, token, async context => context.RequestServices.GetRequiredService<IOptions<ChainOptions>>().Value.IsOnChain
            ? Results.Json(await context.RequestServices.GetRequiredService<ChainReader>().ReadAsync(context.RequestAborted))
            : Results.Text("This pool is off-chain.\n", statusCode: StatusCodes.Status404NotFound));
    }

    private static void MapOperator(this IEndpointRouteBuilder routes, string path, OperatorToken token, Func<HttpContext, Task<IResult>> answer) =>
        routes.MapGet(path, async (HttpContext context) => token.IsIn(context.Request.Headers.Authorization)
            ? await answer(context)
            : Results.Text("The operator's token is needed: Authorization: Bearer <server/operator.token>\n", statusCode: StatusCodes.Status401Unauthorized));
}
