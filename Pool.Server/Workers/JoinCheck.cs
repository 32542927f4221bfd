using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;

namespace Pool.Server.Workers;

/// <summary>What of a join request can be checked without the database. Every refusal is a sentence for the GPU owner.</summary>
internal static class JoinCheck
{
    private const int MaxTextLength = 200;
    private const int MaxCapabilities = 256;

    /// <summary>A request whose addresses are parsed and whose node key has proven itself.</summary>
    public sealed record Proven(Address NodeKey, Address Payee, string Device, CapabilitySet Capabilities, int WishedCapacity);

    public static bool TryProve(
        JoinRequest request, string audience, string nonce, [NotNullWhen(true)] out Proven? proven, [NotNullWhen(false)] out string? refusal)
    {
        proven = null;
        refusal = Refusal(request, out var nodeKey, out var payee) ?? SignatureRefusal(request, audience, nonce, nodeKey, payee);
        if (refusal is not null)
        {
            return false;
        }

        proven = new Proven(nodeKey, payee, request.Device, CapabilitySet.FromNumbers(request.Capabilities), request.WishedCapacity);
        return true;
    }

    private static string? Refusal(JoinRequest request, out Address nodeKey, out Address payee)
    {
        payee = default;
        if (!Address.TryParse(request.NodeKey, out nodeKey, out var error))
        {
            return $"The node key is not an address: {error}";
        }

        if (!Address.TryParse(request.Payee, out payee, out error))
        {
            return $"The payout address cannot be used: {error}";
        }

        if (payee.IsZero)
        {
            return "The payout address is the zero address: nobody could ever use what is paid there.";
        }

        if (request.Device is not { Length: > 0 and <= MaxTextLength } device || device.Any(char.IsControl))
        {
            return $"The device must be named in at most {MaxTextLength} characters, none of them a control character.";
        }

        if (request.Capabilities is not { Count: <= MaxCapabilities } || request.Capabilities.Any(number => number > CapabilitySet.MaxNumber))
        {
            return $"At most {MaxCapabilities} capabilities with numbers up to {CapabilitySet.MaxNumber} can be named.";
        }

        if (request.Held is not { Count: <= WorkerLink.MaxHeld })
        {
            return $"At most {WorkerLink.MaxHeld} assignments can be named as still held.";
        }

        return request.WishedCapacity > 0 ? null : "The wished capacity must be at least one segment.";
    }

    private static string? SignatureRefusal(JoinRequest request, string audience, string nonce, Address nodeKey, Address payee)
    {
        var text = WorkerLink.JoinText(audience, nonce, nodeKey.ToString(), payee.ToString());
        return TryReadHex(request.Signature, out var signature) && PersonalMessage.IsSignedBy(nodeKey, Encoding.UTF8.GetBytes(text), signature)
            ? null
            : $"The node key's signature does not fit: it must be over this pool's address as you dialled it ({audience}), the nonce, the node key and the payee.";
    }

    private static bool TryReadHex(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        const int SignatureText = 2 + (PersonalMessage.SignatureBytes * 2);
        bytes = null;
        if (text is not { Length: SignatureText } || !text.StartsWith("0x", StringComparison.Ordinal))
        {
            return false;
        }

        var buffer = new byte[PersonalMessage.SignatureBytes];
        if (Convert.FromHexString(text.AsSpan(2), buffer, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        bytes = buffer;
        return true;
    }
}
