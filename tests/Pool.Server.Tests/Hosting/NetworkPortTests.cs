using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pool.Server.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>TLS of the network port and its certificate (protocol §1.1, §1.2).</summary>
public sealed class NetworkPortTests(BareServer shared) : IClassFixture<BareServer>
{
    [Theory]
    [InlineData("h2", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("http/1.1,h2", "h2")]
    public async Task Both_versions_are_agreed_on_one_port(string offered, string agreed)
    {
        await using var tls = await shared.Gateway.ConnectAsync(new SslClientAuthenticationOptions
        {
            ApplicationProtocols = [.. offered.Split(',').Select(name => new SslApplicationProtocol(name))],
        });

        Assert.Equal(agreed, tls.NegotiatedApplicationProtocol.ToString());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Tls_is_new_enough(SslProtocols version)
    {
        await using var tls = await shared.Gateway.ConnectAsync(new SslClientAuthenticationOptions { EnabledSslProtocols = version });

        Assert.Equal(version, tls.SslProtocol);
    }

    [Fact]
    public async Task The_certificate_is_as_the_network_makes_it()
    {
        await using var tls = await shared.Gateway.ConnectAsync();
        using var certificate = new X509Certificate2(tls.RemoteCertificate!);   // the handshake is over

        Assert.Equal("", certificate.Subject);
        Assert.Equal(certificate.Issuer, certificate.Subject);
        Assert.Equal(ECCurve.NamedCurves.nistP256.Oid.Value, certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
        Assert.Equal([shared.Server.Network.Host], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        var constraints = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        var usage = certificate.Extensions.OfType<X509KeyUsageExtension>().Single();
        var extended = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single();
        Assert.True(constraints.CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, usage.KeyUsages);
        Assert.Equal("1.3.6.1.5.5.7.3.1", Assert.Single(extended.EnhancedKeyUsages.Cast<Oid>()).Value);
        Assert.InRange(certificate.NotAfter.ToUniversalTime() - shared.Server.Time.GetUtcNow().UtcDateTime, TimeSpan.FromHours(8764), TimeSpan.FromHours(8765));
        Assert.InRange(certificate.SerialNumberBytes.Length, 12, 17);   // 128 bits, and a zero in front of a high first one
    }

    [Fact]
    public async Task It_is_healthy_without_a_word_and_says_nothing_of_itself()
    {
        using var answer = await shared.Gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(shared.Server.Network, "/healthz")), Kit.HttpVersion.One);

        Assert.Equal((200, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_gRPC_content_type_is_gRPC_whatever_the_path()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shared.Server.Network, "/segment")) { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");

        using var answer = await shared.Gateway.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();

        const string Unimplemented = "12";
        Assert.Equal((200, Unimplemented), ((int)answer.StatusCode, Assert.Single(answer.TrailingHeaders.GetValues("grpc-status"))));
    }
}
