using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A file of a folder output.</summary>
/// <param name="Path">Relative to the folder, with <c>/</c>.</param>
/// <param name="Md5">32 lower-case hex digits.</param>
internal readonly record struct DvcEntry(string Path, string Md5);

/// <summary>The object that lists a folder: <c>[{"md5": "...", "relpath": "a/b"}, ...]</c> in the order of code points. No size, no mode, no empty folder.</summary>
internal static class DvcDirectoryObject
{
    public const string Suffix = ".dir";

    /// <summary>The hash in the name of an object, whether it lists a folder or not.</summary>
    public static string Plain(string oid) => oid.EndsWith(Suffix, StringComparison.Ordinal) ? oid[..^Suffix.Length] : oid;

    /// <summary>The bytes, as DVC writes them; entries may come in any order, and of two with one path the later counts.</summary>
    public static byte[] Write(IEnumerable<DvcEntry> entries)
    {
        Dictionary<string, DvcEntry> byPath = new(StringComparer.Ordinal);
        foreach (DvcEntry entry in entries)
        {
            byPath[entry.Path] = entry;
        }

        DvcEntry[] sorted = [.. byPath.Values];
        Array.Sort(sorted, (x, y) => CodePointOrder.Instance.Compare(x.Path, y.Path));
        StringBuilder output = new("[", 16 + (sorted.Length * 90));
        for (int i = 0; i < sorted.Length; i++)
        {
            output.Append(i == 0 ? "" : ", ").Append("{\"md5\": ");
            PythonJson.AppendString(output, sorted[i].Md5);
            output.Append(", \"relpath\": ");
            PythonJson.AppendString(output, sorted[i].Path);
            output.Append('}');
        }

        return Encoding.ASCII.GetBytes(output.Append(']').ToString());
    }

    /// <summary>The name of the object with these bytes.</summary>
    public static string Oid(ReadOnlySpan<byte> bytes) => Md5Hash.Of(bytes).Hex + Suffix;

    /// <summary>The entries of an object.</summary>
    /// <exception cref="DvcFormatException">It is not such a list, an entry stands twice or in the wrong place, a hash is none.</exception>
    public static IReadOnlyList<DvcEntry> Parse(ReadOnlySpan<byte> bytes, string file)
    {
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = 8 });
        List<DvcEntry> entries = [];
        try
        {
            Expect(ref reader, JsonTokenType.StartArray, bytes, file, "a list of files");
            while (Next(ref reader, bytes, file) && reader.TokenType != JsonTokenType.EndArray)
            {
                Require(reader.TokenType == JsonTokenType.StartObject, reader, bytes, file, "an entry is an object with 'md5' and 'relpath'");
                DvcEntry entry = Entry(ref reader, bytes, file);
                Require(
                    entries.Count == 0 || CodePointOrder.Instance.Compare(entries[^1].Path, entry.Path) < 0, reader, bytes, file,
                    $"'{Show(entry.Path)}' stands twice or not in the order of code points");
                entries.Add(entry);
                Require(entries.Count <= DatasetTree.MaximumFiles, reader, bytes, file, $"a folder holds at most {DatasetTree.MaximumFiles} files");
            }

            return reader.Read() ? throw Wrong(reader, bytes, file, "something stands behind the list") : entries;
        }
        catch (JsonException e)
        {
            throw new DvcFormatException(file, (e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1, "this is no JSON: " + e.Message.Split(". LineNumber", 2)[0].TrimEnd('.'), e);
        }
    }

    private static DvcEntry Entry(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file)
    {
        string? path = null;
        string? md5 = null;
        while (Next(ref reader, bytes, file) && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = Text(ref reader, bytes, file);
            Next(ref reader, bytes, file);
            if (key is not ("md5" or "relpath"))
            {
                reader.Skip();
                continue;
            }

            Require(reader.TokenType == JsonTokenType.String, reader, bytes, file, $"'{key}' is a text");
            string value = Text(ref reader, bytes, file);
            if (key == "md5")
            {
                Require(md5 is null, reader, bytes, file, "'md5' stands twice");
                md5 = value.ToLowerInvariant();
                Require(Md5Hash.TryParse(md5, out _), reader, bytes, file, $"'{Show(value)}' is no MD5 of 32 hex digits");
            }
            else
            {
                Require(path is null, reader, bytes, file, "'relpath' stands twice");
                path = value;
            }
        }

        Require(path is not null && md5 is not null, reader, bytes, file, "an entry needs 'md5' and 'relpath'");
        return new DvcEntry(path!, md5!);
    }

    private static bool Next(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file) =>
        reader.Read() ? true : throw Wrong(reader, bytes, file, "the list has no end");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, ReadOnlySpan<byte> bytes, string file, string what)
    {
        Require(reader.Read() && reader.TokenType == type, reader, bytes, file, "this should be " + what);
    }

    private static string Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(reader, bytes, file, "a text holds half a character or bytes that are not UTF-8");
        }
    }

    private static void Require(bool holds, in Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file, string reason)
    {
        if (!holds)
        {
            throw Wrong(reader, bytes, file, reason);
        }
    }

    private static DvcFormatException Wrong(in Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file, string reason)
    {
        ReadOnlySpan<byte> before = bytes[..(int)Math.Min(reader.TokenStartIndex, bytes.Length)];
        int line = before.Count((byte)'\n') + 1;
        return new DvcFormatException(file, line, before.Length - before.LastIndexOf((byte)'\n'), reason);
    }

    private static string Show(string text) => string.Concat((text.Length > 80 ? text[..80] + "..." : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
