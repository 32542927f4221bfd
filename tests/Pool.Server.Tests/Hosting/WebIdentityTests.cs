using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Tests.Kit;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>What the log says of the web port's certificate, and how often.</summary>
public sealed class WebIdentityTests : IDisposable
{
    private readonly MadeAuthority _authority = new();
    private readonly string _home = Directory.CreateTempSubdirectory("pool-certificate-").FullName;
    private readonly ShiftedTime _time = new();
    private readonly Lines _log = new();

    private string Files => Path.Combine(_home, "both.pem");

    [Fact]
    public void A_broken_file_is_an_error_in_the_log_once_and_a_good_one_is_taken_up_after_it()
    {
        var identity = Loaded(TimeSpan.FromDays(90));
        MadeCertificate.Write(Files, "not PEM at all");
        identity.Look();
        identity.Look();
        var fault = identity.Fault;
        var renewed = _authority.Issue();
        renewed.WriteTo(Files);

        identity.Look();

        Assert.Contains("there is no certificate in PEM form", fault, StringComparison.Ordinal);
        Assert.Equal([LogLevel.Error, LogLevel.Information], _log.Levels);
        Assert.Null(identity.Fault);
        Assert.Equal(renewed.SerialNumber, identity.Certificate.Context.TargetCertificate.SerialNumber);
    }

    [Fact]
    public void An_end_that_is_near_is_a_warning_every_day_until_the_renewal()
    {
        var identity = Loaded(TimeSpan.FromDays(7.5));
        Assert.False(identity.ExpiresSoon);

        _time.Forward(TimeSpan.FromDays(1));
        identity.Look();
        identity.Look();
        Assert.True(identity.ExpiresSoon);
        _time.Forward(WebIdentity.WarnEvery);
        identity.Look();
        Assert.Equal([LogLevel.Warning, LogLevel.Warning], _log.Levels);

        _authority.Issue().WriteTo(Files);
        identity.Look();
        Assert.False(identity.ExpiresSoon);
        Assert.Equal(LogLevel.Information, _log.Levels[^1]);
    }

    [Fact]
    public void Without_a_certificate_nothing_is_shown_any_more()
    {
        var shown = Loaded(TimeSpan.FromDays(90)) is { } ? Node(Files).ShownWebCertificate : "";
        Assert.True(File.Exists(shown));

        var plain = new WebIdentity(Options.Create(Node(null)), _time, _log);
        plain.Load();

        Assert.Equal((false, false), (plain.IsSecure, File.Exists(shown)));
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private WebIdentity Loaded(TimeSpan left)
    {
        _authority.Issue("localhost", IPAddress.Loopback, _time.GetUtcNow().AddDays(-1), _time.GetUtcNow() + left).WriteTo(Files);
        Directory.CreateDirectory(Node(Files).ServerFolder);
        var identity = new WebIdentity(Options.Create(Node(Files)), _time, _log);
        identity.Load();
        return identity;
    }

    private NodeOptions Node(string? certificate) => new() { Home = _home, WebCertificate = certificate };

    private sealed class Lines : ILogger<WebIdentity>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Add(logLevel);
    }
}
