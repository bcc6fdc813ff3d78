namespace Lifecycle.Storage.Local.Tests;

/// <summary>What a child process does. Arguments: the folder of the workspace, a name of its own.</summary>
internal static partial class ChildRoutines
{
    public const string Open = "open";
    public const string Write = "write";

    public static readonly MigrationSet Tables = new("child",
        Migration.Sqlite(1, "note", "CREATE TABLE child_note (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT"),
        Migration.Sqlite(2, "mark", "ALTER TABLE child_note ADD COLUMN mark INTEGER NOT NULL DEFAULT 0"));

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        switch (routine)
        {
            case Open:
                await OpenAsync(args[0], args[1]);
                return 0;
            case Write:
                await WriteAsync(args[0], args[1]);
                return 0;
            case Tend:
                await TendAsync(args[0], args[1], int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case Collect:
                await CollectAsync(args[0], args[1]);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"No routine '{routine}'.");
                return ExitCode.Usage;
        }
    }

    /// <summary>Bytes of the nth blob of a writer; every fifth has block sums.</summary>
    public static byte[] Content(string name, int number)
    {
        byte[] bytes = new byte[number % 5 == 0 ? (1 << 20) + number : 100 + number];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i + number + name.Length);
        }

        System.Text.Encoding.UTF8.GetBytes($"{name}/{number}", bytes);
        return bytes;
    }

    /// <summary>Opens a workspace that may be new, at the same moment as others, and leaves one of everything in it.</summary>
    private static async Task OpenAsync(string root, string name)
    {
        Console.WriteLine("ready");
        Console.ReadLine();
        await using LocalWorkspace workspace = LocalWorkspace.Open(root, actor: new NamedActor(name));
        await workspace.Database.MigrateAsync(Tables);
        await workspace.Objects.RegisterAsync(new Names(name));
        await workspace.Blobs.PutAsync(new MemoryStream(Content("shared", 5)));
        await NoteAsync(workspace, name);
        Console.WriteLine("done");
    }

    /// <summary>Puts blobs and writes audited rows until it is killed; says what it was promised.</summary>
    private static async Task WriteAsync(string root, string name)
    {
        await using LocalWorkspace workspace = LocalWorkspace.Open(root, actor: new NamedActor(name));
        await workspace.Database.MigrateAsync(Tables);
        for (int i = 0; ; i++)
        {
            StoredBlob blob = await workspace.Blobs.PutAsync(new MemoryStream(Content(name, i)));
            Console.WriteLine($"blob {blob.Digest}");
            await using (BlobBatch batch = await workspace.Blobs.BeginBatchAsync())
            {
                await batch.PutAsync(Content(name + "-batch", (5 * i) + 1));
                StoredBlob second = await batch.PutAsync(Content(name + "-batch", (5 * i) + 2));

                // One that is cut, whose begin all writers share.
                StoredBlob cut = i % 3 == 0 ? await batch.PutAsync(new MemoryStream([.. Content("shared", 5), .. Content(name, 1 + (i % 4))])) : second;
                await batch.CompleteAsync();
                Console.WriteLine($"blob {second.Digest}");
                Console.WriteLine($"blob {cut.Digest}");
            }

            AuditEntry entry = await NoteAsync(workspace, $"{name} {i}");
            Console.WriteLine($"entry {entry.Sequence} {entry.Head}");
        }
    }

    private static async Task<AuditEntry> NoteAsync(LocalWorkspace workspace, string text) => await workspace.Database.WriteAsync(async (transaction, token) =>
    {
        AuditEntry entry = await workspace.Audit.AppendAsync(transaction, new AuditRecord("note.made", "note/" + text), token);
        await transaction.ExecuteAsync("INSERT INTO child_note (seq, text) VALUES ($seq, $text)", [("$seq", entry.Sequence), ("$text", text)], token);
        await workspace.Events.PublishAsync(transaction, "lifecycle.note.made", text, "{}", null, token);
        return entry;
    });

    private sealed class Names(string name) : IBlobReferenceSource
    {
        public string Name => name;

        public IAsyncEnumerable<Digest> ReferencesAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<Digest>();
    }
}
