using System.Globalization;

namespace Lifecycle.Data;

/// <summary>A <c>.dvc</c> file or <c>dvc.lock</c> as read, with its outputs.</summary>
internal sealed record DvcDocument(string FullPath, string Name, string Text, DvcNode? Root, IReadOnlyList<(DvcOutput Output, DvcNode Node)> Outputs);

/// <summary>What <c>.dvc</c> files and <c>dvc.lock</c> say of outputs. <c>cmd</c> is text that nobody looks at.</summary>
internal static class DvcOutputs
{
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase) { ".dvc", ".git", ".hg" };

    /// <summary>Whether a path may not be an output whatever a file says: it leads out of the repository or into what rules it.</summary>
    public static string? Refusal(string path) => path.Split('/').Any(Reserved.Contains) ? "lies in .dvc, .git or .hg"
        : PathGuard.Check([path], portable: OperatingSystem.IsWindows(), foldCase: false) is [(_, string reason)] ? reason
        : null;

    public static DvcDocument Read(string fullPath, string name)
    {
        FileInfo file = new(fullPath);
        if (file.Length > DvcFileReader.MaximumBytes)
        {
            throw new DvcFormatException(name, 1, 1, $"the file has {file.Length} bytes; at most {DvcFileReader.MaximumBytes} are read");
        }

        byte[] bytes = File.ReadAllBytes(fullPath);
        DvcNode? root = DvcFileReader.Read(bytes, name);
        string folder = Folder(name);
        List<(DvcOutput, DvcNode)> outputs = [];
        if (root is { Kind: DvcNodeKind.Scalar, Text.Length: 0 })
        {
            root = null;
        }

        if (root is not null)
        {
            RequireKind(root, DvcNodeKind.Mapping, name, "the file is a list of keys and values");
            if (System.IO.Path.GetFileName(name) == "dvc.lock")
            {
                Lock(root, fullPath, name, folder, outputs);
            }
            else
            {
                Single(root, name, folder, outputs);
            }
        }

        return new DvcDocument(fullPath, name, DvcFileReader.Text(bytes), root, outputs);
    }

    private static void Single(DvcNode root, string name, string folder, List<(DvcOutput, DvcNode)> outputs)
    {
        bool isImport = root.Find("deps") is { Items.Count: > 0 };
        string wdir = Join(folder, root.FindText("wdir") ?? ".");
        foreach (DvcNode node in List(root, "outs", name))
        {
            outputs.Add((Output(node, name, wdir, null, null) with { IsImport = isImport }, node));
        }

        foreach (DvcNode node in List(root, "deps", name))
        {
            RequireKind(node, DvcNodeKind.Mapping, name, "a dependency is a list of keys and values");
            RequireHash(node, name);
        }
    }

    private static void Lock(DvcNode root, string fullPath, string name, string folder, List<(DvcOutput, DvcNode)> outputs)
    {
        if (root.Find("schema") is { } schema && schema.Text != "2.0")
        {
            throw new DvcFormatException(name, schema.Line, schema.Column, $"the schema '{schema.Text}' was written by a newer version of DVC; '2.0' is read");
        }

        DvcNode? stages = root.Find("schema") is null ? root : root.Find("stages");
        if (stages is null)
        {
            return;
        }

        RequireKind(stages, DvcNodeKind.Mapping, name, "'stages' is a list of keys and values");
        Dictionary<string, DvcStage> pipeline = DvcStage.ReadPipeline(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(fullPath)!, "dvc.yaml"));
        foreach ((DvcNode key, DvcNode stage) in stages.Entries)
        {
            RequireKind(stage, DvcNodeKind.Mapping, name, "a stage is a list of keys and values");
            DvcStage? told = pipeline.GetValueOrDefault(key.Text) ?? pipeline.GetValueOrDefault(key.Text.Split('@')[0]);
            string wdir = Join(folder, told?.WorkingFolder ?? ".");
            foreach (DvcNode node in List(stage, "outs", name))
            {
                outputs.Add((Output(node, name, wdir, key.Text, told), node));
            }

            foreach (DvcNode node in List(stage, "deps", name))
            {
                RequireKind(node, DvcNodeKind.Mapping, name, "a dependency is a list of keys and values");
                RequireHash(node, name);
            }
        }
    }

    private static DvcOutput Output(DvcNode node, string name, string folder, string? stage, DvcStage? told)
    {
        RequireKind(node, DvcNodeKind.Mapping, name, "an output is a list of keys and values");
        string path = node.FindText("path") ?? throw new DvcFormatException(name, node.Line, node.Column, "an output needs a 'path'");
        RequireHash(node, name);
        string? oid = node.FindText("md5")?.ToLowerInvariant();
        string? hash = node.FindText("hash");
        string full = Join(folder, path);
        bool isExternal = path.Contains("://", StringComparison.Ordinal) || System.IO.Path.IsPathRooted(path);
        string? refusal = isExternal ? "lies outside of the repository" : Refusal(full);
        bool isCloud = node.Find("version_id") is not null || node.Find("cloud") is not null || node.Find("files") is not null;
        return new DvcOutput(isExternal ? path : full, name)
        {
            Stage = stage,
            Oid = oid,
            HashKind = isCloud || (oid is null && (node.Find("etag") ?? node.Find("checksum")) is not null) || hash is not (null or "md5") ? DvcHashKind.Other
                : hash == "md5" ? DvcHashKind.Md5 : DvcHashKind.Md5Dos2Unix,
            Size = Number(node, "size", name),
            Files = Number(node, "nfiles", name),
            IsExecutable = node.IsTrue("isexec"),
            IsCached = node.IsTrue("cache", otherwise: told is null || !told.NotCached.Contains(path)),
            IsPushed = node.IsTrue("push", otherwise: told is null || !told.NotPushed.Contains(path)),
            Remote = node.FindText("remote"),
            IsUnsafe = refusal is not null,
            Unsupported = refusal is not null ? $"not supported: '{path}' {refusal}"
                : isCloud ? "not supported: its versions lie in a cloud; it can only be listed"
                : hash is not (null or "md5") ? $"not supported: hash '{hash}'; 'md5' is"
                : oid is null && (node.Find("etag") ?? node.Find("checksum")) is not null ? "not supported: it is known by an ETag or a checksum of a cloud"
                : null,
        };
    }

    private static void RequireHash(DvcNode node, string name)
    {
        foreach (string key in new[] { "md5", "checksum", "etag" })
        {
            if (node.Find(key) is not { } value || (value.Kind == DvcNodeKind.Scalar && node.FindText(key) is null))
            {
                continue;
            }

            RequireKind(value, DvcNodeKind.Scalar, name, $"'{key}' is a text");
            string hash = value.Text;
            string digits = hash.EndsWith(DvcDirectoryObject.Suffix, StringComparison.Ordinal) ? hash[..^DvcDirectoryObject.Suffix.Length] : hash;
            if (hash.Length < 3 || (key == "md5" && (digits.Length < 3 || digits.Length > 64 || !digits.All(char.IsAsciiHexDigit))))
            {
                throw new DvcFormatException(name, value.Line, value.Column, $"the {key} '{(hash.Length > 80 ? hash[..80] + "..." : hash)}' is no hash: 3 or more hex digits");
            }
        }
    }

    private static IReadOnlyList<DvcNode> List(DvcNode node, string key, string name)
    {
        if (node.Find(key) is not { } list || (list.Kind == DvcNodeKind.Scalar && list.Text.Length == 0))
        {
            return [];
        }

        RequireKind(list, DvcNodeKind.Sequence, name, $"'{key}' is a list");
        return list.Items;
    }

    private static long? Number(DvcNode node, string key, string name) => node.FindText(key) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
        : throw new DvcFormatException(name, node.Find(key)!.Line, node.Find(key)!.Column, $"'{key}' is a number that is not negative");

    private static void RequireKind(DvcNode node, DvcNodeKind kind, string name, string rule)
    {
        if (node.Kind != kind)
        {
            throw new DvcFormatException(name, node.Line, node.Column, rule);
        }
    }

    private static string Folder(string name) => name.LastIndexOf('/') is >= 0 and int slash ? name[..slash] : "";

    // Paths of DVC have slashes and may go up; what goes up beyond the repository keeps its dots and is refused.
    internal static string Join(string folder, string path)
    {
        List<string> segments = [];
        foreach (string segment in (folder + "/" + path).Split('/'))
        {
            if (segment == ".." && segments.Count > 0 && segments[^1] != "..")
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return string.Join('/', segments);
    }
}

/// <summary>What <c>dvc.yaml</c> adds to the outputs of <c>dvc.lock</c>: the folder its paths count from, and outputs that are not cached or pushed.</summary>
internal sealed record DvcStage(string? WorkingFolder, HashSet<string> NotCached, HashSet<string> NotPushed)
{
    private static readonly string[] Kinds = ["outs", "metrics", "plots"];

    /// <summary>The stages by name; none when the file is missing or uses what is not read (anchors, templates).</summary>
    public static Dictionary<string, DvcStage> ReadPipeline(string file)
    {
        Dictionary<string, DvcStage> stages = new(StringComparer.Ordinal);
        if (!File.Exists(file) || new FileInfo(file).Length > DvcFileReader.MaximumBytes)
        {
            return stages;
        }

        try
        {
            foreach ((DvcNode name, DvcNode stage) in DvcFileReader.Read(File.ReadAllBytes(file), "dvc.yaml")?.Find("stages")?.Entries ?? [])
            {
                DvcNode body = stage.Find("do") ?? stage;
                DvcStage told = new(body.FindText("wdir"), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
                foreach (DvcNode item in Kinds.SelectMany(k => body.Find(k)?.Items ?? []))
                {
                    foreach ((DvcNode path, DvcNode flags) in item.Entries)
                    {
                        Note(told.NotCached, path, flags.IsTrue("cache", otherwise: true));
                        Note(told.NotPushed, path, flags.IsTrue("push", otherwise: true));
                    }
                }

                stages[name.Text] = told;
            }
        }
        catch (DvcFormatException)
        {
            stages.Clear();
        }

        return stages;
    }

    private static void Note(HashSet<string> without, DvcNode path, bool has)
    {
        if (!has)
        {
            without.Add(path.Text);
        }
    }
}
