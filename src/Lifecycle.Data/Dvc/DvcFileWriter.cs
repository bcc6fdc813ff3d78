using System.Globalization;
using System.Text;

namespace Lifecycle.Data;

/// <summary>What a <c>.dvc</c> file says of data that was added.</summary>
internal sealed record DvcRecord(string Path, string Oid, long Size, long? Files, bool IsExecutable)
{
    /// <summary>The entries in DVC's order.</summary>
    public IEnumerable<(string Key, string Value, bool IsText)> Entries()
    {
        yield return ("md5", Oid, true);
        yield return ("size", Size.ToString(CultureInfo.InvariantCulture), false);
        if (Files is { } files)
        {
            yield return ("nfiles", files.ToString(CultureInfo.InvariantCulture), false);
        }

        if (IsExecutable)
        {
            yield return ("isexec", "true", false);
        }

        yield return ("hash", "md5", true);
        yield return ("path", Path, true);
    }
}

/// <summary>Writes <c>.dvc</c> files: a new one in DVC's bytes, an old one by replacing values where they stand, so that comments, order and quoting stay.</summary>
internal static class DvcFileWriter
{
    // Keys of an output that say what its data are; they go when they no longer hold.
    private static readonly string[] Written = ["md5", "size", "nfiles", "isexec", "hash"];
    private static readonly string[] Replaced = ["etag", "checksum", "version_id", "cloud", "files"];

    private static readonly HashSet<string> NotInStageHash = new(StringComparer.Ordinal)
    {
        "desc", "type", "labels", "meta", "locked", "frozen", "metric", "persist", "isexec", "size", "nfiles",
    };

    /// <summary>A new file.</summary>
    public static string New(DvcRecord record)
    {
        StringBuilder output = new("outs:\n");
        string lead = "- ";
        foreach ((string key, string value, bool isText) in record.Entries())
        {
            output.Append(lead).Append(Line(key, value, isText, indent: 2)).Append('\n');
            lead = "  ";
        }

        return output.ToString();
    }

    /// <summary>An old file with a new value of one output; the hash of an import is made anew.</summary>
    /// <param name="text">The file.</param>
    /// <param name="output">The output in it.</param>
    /// <param name="record">What is to be said.</param>
    /// <param name="file">Its name, for errors.</param>
    public static string Update(string text, DvcNode output, DvcRecord record, string file)
    {
        (string Key, string Value, bool IsText)[] wanted = [.. record.Entries().Where(e => e.Key != "path")];
        foreach (string key in Written.Concat(Replaced))
        {
            if (wanted.All(w => w.Key != key) && output.Find(key) is not null)
            {
                text = Remove(text, output, key, file);
                output = Again(text, file, output);
            }
        }

        foreach ((string key, string value, bool isText) in wanted)
        {
            DvcNode? there = output.Find(key);
            if (there is not null && there.Kind != DvcNodeKind.Scalar)
            {
                throw new DvcFormatException(file, there.Line, there.Column, $"'{key}' is a single value");
            }

            if (there is null)
            {
                text = Append(text, output, key, value, isText);
            }
            else if (there.Text != value)
            {
                text = Replace(text, output, key, value, isText);
            }

            output = Again(text, file, output);
        }

        return Stamp(text, file);
    }

    /// <summary>The md5 of a stage as DVC computes it; it stands in files of imports.</summary>
    public static string StageMd5(DvcNode root)
    {
        StringBuilder output = new();
        PythonJson.Append(output, root, (key, value) => !NotInStageHash.Contains(key) && !IsRootOnly(key, value));
        return Md5Hash.Of(Encoding.ASCII.GetBytes(output.ToString())).Hex;

        bool IsRootOnly(string key, DvcNode value) => ReferenceEquals(root.Find(key), value) && (key == "md5" || (key == "wdir" && value.Text == "."));
    }

    private static string Stamp(string text, string file)
    {
        DvcNode root = DvcFileReader.Read(Encoding.UTF8.GetBytes(text), file)!;
        if (root.Find("md5") is not { Kind: DvcNodeKind.Scalar } md5)
        {
            return text;
        }

        string wanted = StageMd5(root);
        return md5.Text == wanted ? text : Replace(text, root, "md5", wanted, isText: true);
    }

    // The same output in a text that was changed inside it: found by where it begins.
    private static DvcNode Again(string text, string file, DvcNode output)
    {
        DvcNode root = DvcFileReader.Read(Encoding.UTF8.GetBytes(text), file)!;
        return root.Find("outs")!.Items.First(o => o.Start == output.Start);
    }

    private static string Line(string key, string value, bool isText, int indent) =>
        $"{key}: {(isText ? YamlScalar.Write(value, indent + key.Length + 2, indent) : value)}";

    private static string Replace(string text, DvcNode mapping, string key, string value, bool isText)
    {
        (DvcNode name, DvcNode old) = mapping.Entries.First(e => e.Key.Text == key);
        string written = isText ? YamlScalar.Write(value, name.Column - 1 + key.Length + 2, name.Column - 1) : value;
        if (old.Start == old.End && old.IsPlain)
        {
            int colon = text.IndexOf(':', name.End);
            return string.Concat(text.AsSpan(0, colon + 1), " ", written, text.AsSpan(colon + 1));
        }

        return string.Concat(text.AsSpan(0, old.Start), written, text.AsSpan(old.End));
    }

    // DVC puts new keys behind the others.
    private static string Append(string text, DvcNode mapping, string key, string value, bool isText)
    {
        if (mapping.IsFlow)
        {
            int at = Last(mapping.Entries[^1].Value, mapping.Entries[^1].Key);
            return string.Concat(text.AsSpan(0, at), $", {key}: {value}", text.AsSpan(at));
        }

        int indent = mapping.Entries[0].Key.Column - 1;
        string line = new string(' ', indent) + Line(key, value, isText, indent);
        int end = LineEnd(text, Last(mapping.Entries[^1].Value, mapping.Entries[^1].Key));
        return end == text.Length
            ? string.Concat(text, text.EndsWith('\n') ? "" : "\n", line, "\n")
            : string.Concat(text.AsSpan(0, end), line, "\n", text.AsSpan(end));
    }

    private static string Remove(string text, DvcNode mapping, string key, string file)
    {
        int index = mapping.Entries.ToList().FindIndex(e => e.Key.Text == key);
        int start = mapping.Entries[index].Key.Start;
        if (index + 1 < mapping.Entries.Count)
        {
            return text.Remove(start, mapping.Entries[index + 1].Key.Start - start);
        }

        if (index == 0)
        {
            throw new DvcFormatException(file, mapping.Line, mapping.Column, $"the output says nothing but '{key}'; remove the file and add the data again");
        }

        if (mapping.IsFlow)
        {
            int before = Last(mapping.Entries[index - 1].Value, mapping.Entries[index - 1].Key);
            return text.Remove(before, Last(mapping.Entries[index].Value, mapping.Entries[index].Key) - before);
        }

        int begin = text.LastIndexOf('\n', start - 1) + 1;
        return text.Remove(begin, LineEnd(text, Last(mapping.Entries[index].Value, mapping.Entries[index].Key)) - begin);
    }

    // Behind the last character of a value; collections in block style end where the next thing begins, so their last scalar counts.
    private static int Last(DvcNode value, DvcNode key) => value switch
    {
        { Kind: DvcNodeKind.Mapping, IsFlow: false, Entries.Count: > 0 } => Last(value.Entries[^1].Value, value.Entries[^1].Key),
        { Kind: DvcNodeKind.Sequence, IsFlow: false, Items.Count: > 0 } => Last(value.Items[^1], key),
        _ when value.Start == value.End => key.End,
        _ => value.End,
    };

    // The beginning of the next line; a block scalar ends there already.
    private static int LineEnd(string text, int at)
    {
        if (at > 0 && text[at - 1] == '\n')
        {
            return at;
        }

        int end = text.IndexOf('\n', at);
        return end < 0 ? text.Length : end + 1;
    }
}
