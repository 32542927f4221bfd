using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Shared.Tests.Livepeer;

public sealed class SigningTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly AuthTokens _tokens = new(new byte[AuthTokens.SecretBytes]);

    [Fact]
    public void Token_is_valid_to_its_last_second_and_expired_right_after()
    {
        var token = _tokens.Issue("55h7co4i", s_now + AuthTokens.Validity);

        Assert.Equal(AuthTokenVerdict.Valid, _tokens.Check(token, s_now));
        Assert.Equal(AuthTokenVerdict.Valid, _tokens.Check(token, s_now + AuthTokens.Validity));
        Assert.Equal(AuthTokenVerdict.Expired, _tokens.Check(token, s_now + AuthTokens.Validity + TimeSpan.FromTicks(1)));
        Assert.Equal(AuthTokenVerdict.Missing, _tokens.Check(null, s_now));
    }

    [Fact]
    public void Token_of_another_secret_or_with_anything_changed_is_invalid()
    {
        var token = _tokens.Issue("55h7co4i", s_now + AuthTokens.Validity);
        var another = new AuthTokens([1, .. new byte[31]]);

        Assert.Equal(AuthTokenVerdict.Invalid, another.Check(token, s_now));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(new AuthToken(token) { SessionId = "55h7co4j" }, s_now));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(new AuthToken(token) { Expiration = token.Expiration + 1 }, s_now));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(new AuthToken(token) { Expiration = -token.Expiration }, s_now));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(new AuthToken(token) { Token = ByteString.Empty }, s_now));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(new AuthToken(), s_now));
    }

    [Fact]
    public void Character_moved_from_the_session_id_into_the_expiration_gains_no_time()
    {
        var token = _tokens.Issue("55h7co4i", s_now + AuthTokens.Validity);
        var forged = new AuthToken(token) { SessionId = "55h7co4", Expiration = token.Expiration | ((long)'i' << 32) };

        Assert.True(_tokens.IsAuthentic(forged));
        Assert.Equal(AuthTokenVerdict.Invalid, _tokens.Check(forged, s_now));
    }

    [Fact]
    public void Expiration_before_1970_cannot_be_issued() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _tokens.Issue("a", DateTimeOffset.FromUnixTimeSeconds(-1)));

    [Fact]
    public void Sequence_number_is_flattened_without_its_sign_even_the_lowest()
    {
        var lowest = SegmentSigning.Flatten([], long.MinValue, new byte[32], []);

        Assert.Equal(SegmentSigning.Flatten([1], 5, new byte[32], ["a"]), SegmentSigning.Flatten([1], -5, new byte[32], ["a"]));
        Assert.Equal([.. new byte[24], 0x80, .. new byte[7], .. new byte[32]], lowest);
    }

    [Fact]
    public void Hash_of_a_wrong_length_is_fitted_as_the_network_fits_it()
    {
        Assert.Equal([.. new byte[32], .. new byte[31], 7], SegmentSigning.Flatten([], 0, [7], []));
        Assert.Equal([.. new byte[32], .. new byte[31], 7], SegmentSigning.Flatten([], 0, [1, 2, .. new byte[31], 7], []));
    }

    [Fact]
    public void Request_is_authentic_only_for_the_address_that_signed_it()
    {
        using var key = EthereumKey.Create();
        var request = OrchestratorRequestSigning.Create(key);
        var stolen = new OrchestratorRequest(request) { Address = ByteString.CopyFrom(new byte[20]) };

        Assert.True(OrchestratorRequestSigning.IsAuthentic(request));
        Assert.False(OrchestratorRequestSigning.IsAuthentic(stolen));
        Assert.False(OrchestratorRequestSigning.IsOffChain(request));
        Assert.True(OrchestratorRequestSigning.IsOffChain(OrchestratorRequestSigning.CreateOffChain()));
        Assert.False(OrchestratorRequestSigning.IsAuthentic(OrchestratorRequestSigning.CreateOffChain()));
    }

    [Fact]
    public void Hash_of_renditions_takes_only_hashes() =>
        Assert.Throws<ArgumentException>(() => ResultSigning.Hash([new byte[31]]));

    [Fact]
    public void Node_without_a_key_answers_a_ping_with_nothing() => Assert.Empty(PingSigning.Answer(key: null, [1, 2]));
}
