using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The 256 numbers of the rolling hash: <c>G[i]</c> = first 8 bytes, big endian, of SHA-256(ASCII <c>lifecycle gear v1</c> ‖ byte i).
/// Another table makes other cuts, so it is fixed by the format of the store.
/// </summary>
internal static class GearTable
{
    private static readonly ulong[] Table = Make();

    public static ReadOnlySpan<ulong> Values => Table;

    private static ulong[] Make()
    {
        byte[] text = [.. "lifecycle gear v1"u8, 0];
        ulong[] table = new ulong[256];
        for (int i = 0; i < table.Length; i++)
        {
            text[^1] = (byte)i;
            table[i] = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(text));
        }

        return table;
    }
}
