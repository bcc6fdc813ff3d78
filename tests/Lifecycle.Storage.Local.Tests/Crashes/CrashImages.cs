namespace Lifecycle.Storage.Local.Tests;

/// <summary>
/// What a loss of power leaves of a folder, from the recorded steps of a store: bytes that were written and not flushed are gone, and names that were made
/// and not flushed are there or not.
/// </summary>
internal sealed class CrashImages
{
    private readonly Lock _lock = new();
    private readonly List<DiskStep> _steps = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _steps.Count;
            }
        }
    }

    public void Add(DiskStep step)
    {
        lock (_lock)
        {
            _steps.Add(step);
        }
    }

    /// <summary>Whether a loss of power behind this step leaves something else than one before it: a write alone changes nothing that stays.</summary>
    public bool IsOther(int count) => count == 0 || _steps[count - 1].Kind is not DiskStepKind.Write;

    /// <summary>Writes the files as they are after the first <paramref name="count"/> steps and a loss of power.</summary>
    /// <param name="count">Steps that were done.</param>
    /// <param name="keepNames">Whether names that were not flushed are there all the same, as a file system may have written them early.</param>
    /// <param name="root">Where the recorded store lay.</param>
    /// <param name="target">The empty folder to write.</param>
    public void Write(int count, bool keepNames, string root, string target)
    {
        Dictionary<string, Node> now = new(StringComparer.Ordinal);
        Dictionary<string, Node> durable = new(StringComparer.Ordinal);
        foreach (DiskStep step in _steps.Take(count))
        {
            Apply(step, now, durable);
        }

        foreach ((string path, Node node) in keepNames ? now : durable)
        {
            string file = Path.Combine(target, Path.GetRelativePath(root, path));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, node.Durable);
        }
    }

    private static void Apply(DiskStep step, Dictionary<string, Node> now, Dictionary<string, Node> durable)
    {
        switch (step.Kind)
        {
            case DiskStepKind.Write:
                now.TryAdd(step.Path, new Node());
                now[step.Path].Write(step.Offset, step.Bytes!);
                break;
            case DiskStepKind.Truncate:
                now.TryAdd(step.Path, new Node());
                now[step.Path].Truncate(step.Offset);
                break;
            case DiskStepKind.FlushFile:
                now.TryAdd(step.Path, new Node());
                now[step.Path].Flush();
                break;
            case DiskStepKind.FlushFileSystem:
                foreach (Node node in now.Values)
                {
                    node.Flush();
                }

                durable.Clear();
                foreach ((string path, Node node) in now)
                {
                    durable.Add(path, node);
                }

                break;
            case DiskStepKind.Rename:
                now.TryAdd(step.Path, new Node());
                now[step.Target!] = now[step.Path];
                now.Remove(step.Path);
                break;
            case DiskStepKind.Delete:
                now.Remove(step.Path);
                break;
            default:
                foreach (string path in durable.Keys.Concat(now.Keys).Where(p => Path.GetDirectoryName(p) == step.Path).Distinct().ToArray())
                {
                    if (now.TryGetValue(path, out Node? node))
                    {
                        durable[path] = node;
                    }
                    else
                    {
                        durable.Remove(path);
                    }
                }

                break;
        }
    }

    private sealed class Node
    {
        private readonly MemoryStream _bytes = new();

        public byte[] Durable { get; private set; } = [];

        public void Write(long offset, byte[] bytes)
        {
            _bytes.Position = offset;
            _bytes.Write(bytes);
        }

        public void Truncate(long length) => _bytes.SetLength(length);

        public void Flush() => Durable = _bytes.ToArray();
    }
}
