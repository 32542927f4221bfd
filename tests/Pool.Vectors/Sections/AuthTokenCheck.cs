using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Vectors.Wire;

namespace Pool.Vectors.Sections;

/// <summary>Session credentials: issued, encoded, recognised, and refused when anything in them is another.</summary>
internal sealed class AuthTokenCheck : ISectionCheck
{
    public string Section => "auth_token";

    public void Check(VectorCase vector)
    {
        var tokens = new AuthTokens(vector.Fields.Bytes("secret"));
        var expiration = vector.Fields.WholeNumber("expiration");
        var issued = tokens.Issue(vector.Fields.Text("sessionId"), DateTimeOffset.FromUnixTimeSeconds(expiration));
        vector.Expect("token", vector.Fields.Bytes("token"), issued.Token.Span);
        vector.Expect("messageType", vector.Fields.Text("messageType"), AuthToken.Descriptor.FullName);

        var received = (AuthToken)WireMessages.Compare(vector, issued);
        vector.Expect("authentic", expected: true, tokens.IsAuthentic(received));
        var longer = new AuthToken(received) { Expiration = expiration + 1 };
        var ofAnother = new AuthToken(received) { SessionId = $"{received.SessionId}x" };
        vector.Expect("authentic a second longer", expected: false, tokens.IsAuthentic(longer));
        vector.Expect("authentic for another session", expected: false, tokens.IsAuthentic(ofAnother));
    }
}
