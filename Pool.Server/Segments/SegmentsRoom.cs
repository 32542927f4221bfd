using Microsoft.Extensions.Options;

namespace Pool.Server.Segments;

/// <summary>Segment and rendition bytes: bounded, spooled to files, expiring.</summary>
public static class SegmentsRoom
{
    public static WebApplicationBuilder AddSegments(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SpoolOptions, SpoolOptionsValidator>().BindConfiguration(SpoolOptions.Section);
        builder.Services.AddSingleton<Spool>();
        builder.Services.AddHostedService<SpoolSweeper>();
        return builder;
    }
}
