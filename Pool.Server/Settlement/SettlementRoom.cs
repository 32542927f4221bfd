namespace Pool.Server.Settlement;

/// <summary>One settle record per segment, durable before the gateway is answered.</summary>
public static class SettlementRoom
{
    public static WebApplicationBuilder AddSettlement(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ISettlement, PostgresSettlement>();
        return builder;
    }
}
