using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>leaf = SHA-256(0x00 ‖ entry), head_n = SHA-256(0x01 ‖ head_(n-1) ‖ leaf_n), head_0 = 32 zero bytes; leaves as in RFC 6962.</summary>
internal static class AuditChain
{
    private const byte Leaf = 0;
    private const byte Node = 1;

    /// <summary>The head with one more entry.</summary>
    public static Digest Next(Digest head, ReadOnlySpan<byte> entry)
    {
        byte[] leaf = new byte[1 + entry.Length];
        leaf[0] = Leaf;
        entry.CopyTo(leaf.AsSpan(1));

        Span<byte> node = stackalloc byte[1 + (2 * Digest.Size)];
        node[0] = Node;
        head.CopyTo(node[1..]);
        SHA256.HashData(leaf, node[(1 + Digest.Size)..]);
        return Digest.Of(node);
    }
}
