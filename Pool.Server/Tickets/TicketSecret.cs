using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Shared.Livepeer.Tickets;

namespace Pool.Server.Tickets;

/// <summary>What recipient rands are made with (protocol §5.3). It is kept in a file, so that tickets of before a restart can be credited after it.</summary>
internal sealed class TicketSecret(IOptions<NodeOptions> node)
{
    private byte[]? _secret;

    /// <summary>Reads or makes the secret.</summary>
    public void Load() => _secret = SecretFile.ReadOrCreate(Path.Combine(node.Value.ServerFolder, "tickets.secret"), "to refuse all tickets that are on their way");

    /// <summary>The rand that belongs to these terms.</summary>
    public RecipientRand RandOf(RecipientRandTerms terms) => terms.Derive(_secret ?? throw new InvalidOperationException("Load comes first."));
}
