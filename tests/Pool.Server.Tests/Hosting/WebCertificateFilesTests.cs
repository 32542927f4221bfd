using System.Net;
using Pool.Server.Node;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Hosting;

/// <summary>What an operator can get wrong with the web port's certificate, and the sentence each mistake gets.</summary>
public sealed class WebCertificateFilesTests : IDisposable
{
    private readonly MadeAuthority _authority = new();
    private readonly string _home = Directory.CreateTempSubdirectory("pool-certificate-").FullName;

    private string Chain => Path.Combine(_home, "chain.pem");

    private string Key => Path.Combine(_home, "key.pem");

    [Fact]
    public void Chain_and_key_may_be_two_files_or_one_and_are_found_in_the_home_folder()
    {
        var made = _authority.Issue("pool.example");
        made.WriteTo(Path.Combine(_home, "both.pem"));
        Write(made.ChainPem, made.KeyPem);

        var two = Open("chain.pem", "key.pem");
        var one = Open("both.pem", null);

        Assert.Equal((made.SerialNumber, "pool.example"), (two.Context.TargetCertificate.SerialNumber, two.Name));
        Assert.Equal(made.SerialNumber, one.Context.TargetCertificate.SerialNumber);
        Assert.Single(one.Context.IntermediateCertificates);
        Assert.DoesNotContain("PRIVATE", one.ToPem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_its_setting()
    {
        Assert.Equal($"WebCertificate (POOL_WEB_CERTIFICATE) is '{Chain}': there is no such file.", Fault("chain.pem", "key.pem"));
        Write(_authority.Issue().ChainPem, "");
        File.Delete(Key);
        Assert.Equal($"WebCertificateKey (POOL_WEB_CERTIFICATE_KEY) is '{Key}': there is no such file.", Fault("chain.pem", "key.pem"));
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        Assert.Contains("it is a folder", Fault(_home, null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_without_a_certificate_and_a_key_file_without_a_key_are_named()
    {
        var made = _authority.Issue();
        Write("not PEM at all", made.KeyPem);
        Assert.Contains($"'{Chain}': there is no certificate in PEM form", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);
        Write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", made.KeyPem);
        Assert.Contains($"'{Chain}': a certificate in it is damaged", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);
        Write(made.ChainPem, "");
        Assert.Contains($"'{Key}': there is no private key in PEM form", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);
        Assert.Contains($"'{Chain}': there is no private key in it: name the file that has it in WebCertificateKey", Fault("chain.pem", null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_is_named()
    {
        Write(_authority.Issue("pool.example").ChainPem, _authority.Issue().KeyPem);

        Assert.Equal(
            $"WebCertificateKey (POOL_WEB_CERTIFICATE_KEY) is '{Key}': this key does not belong to the first certificate of '{Chain}', which is for CN=pool.example.",
            Fault("chain.pem", "key.pem"));
    }

    [Fact]
    public void A_key_with_a_passphrase_is_named()
    {
        var made = _authority.Issue();
        Write(made.ChainPem, made.EncryptedKeyPem);

        Assert.Contains("its key is encrypted", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_that_others_may_read_or_change_is_named(UnixFileMode more)
    {
        var made = _authority.Issue();
        Write(made.ChainPem, made.KeyPem);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        var link = Path.Combine(_home, "link.pem");
        File.CreateSymbolicLink(link, Key);

        Assert.Equal($"WebCertificateKey (POOL_WEB_CERTIFICATE_KEY) is '{link}': it holds a key and others may read it: chmod 600.", Fault("chain.pem", link));
    }

    [Fact]
    public void A_certificate_is_good_between_its_two_dates_only()
    {
        var now = TimeProvider.System.GetUtcNow();
        Issue(now.AddDays(-30), now.AddDays(-1));
        Assert.Contains("the certificate has expired, on ", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);
        Issue(now.AddDays(1), now.AddDays(30));
        Assert.Contains("the certificate is not valid before ", Fault("chain.pem", "key.pem"), StringComparison.Ordinal);

        void Issue(DateTimeOffset from, DateTimeOffset to)
        {
            var made = _authority.Issue("localhost", IPAddress.Loopback, from, to);
            Write(made.ChainPem, made.KeyPem);
        }
    }

    [Fact]
    public void A_key_alone_is_named()
    {
        var verdict = new NodeOptionsValidator().Validate(null, new NodeOptions { Database = "Host=localhost", WebCertificateKey = "key.pem" });

        Assert.Contains("a key alone makes no HTTPS", Assert.Single(verdict.Failures!), StringComparison.Ordinal);   // it has failed, so there are some
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private void Write(string chain, string key)
    {
        File.WriteAllText(Chain, chain);
        MadeCertificate.Write(Key, key);
    }

    private WebCertificate Open(string certificate, string? key) =>
        WebCertificateFiles.Read(new NodeOptions { Home = _home, WebCertificate = certificate, WebCertificateKey = key }).Open(TimeProvider.System.GetUtcNow());

    private string Fault(string certificate, string? key) => Assert.Throws<StartUpException>(() => Open(certificate, key)).Message;
}
