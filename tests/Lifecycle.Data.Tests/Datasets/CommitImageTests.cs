using System.Globalization;
using System.Text;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Local.Tests;
using Lifecycle.Storage.Specification;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Data.Tests;

/// <summary>
/// A loss of power after every step that commits and derivations did to the disk. An image is the object store as that step left it, unflushed bytes
/// gone, and the database with every transaction whose work was done by then: each version it names must be there to the last byte.
/// </summary>
public sealed class CommitImageTests : IAsyncDisposable
{
    private static readonly LocalStorageOptions Options = new() { Durability = Durability.Relaxed };

    private readonly TemporaryFolder _folder = new();
    private readonly CrashImages _images = new();
    private readonly List<(int Step, string Database)> _commits = [];
    private readonly LocalWorkspace _local;
    private readonly WatchedDatabase _database;
    private readonly DatasetCatalog _datasets;
    private int _worked;

    public CommitImageTests()
    {
        _local = LocalWorkspace.Open(_folder["lifecycle"], Options);
        _local.Blobs.Layout.Disk.Recorder = _images.Add;
        _database = new WatchedDatabase(_local.Database) { Worked = () => _worked = _images.Count, Committed = CopyDatabase };
        _datasets = Catalog(_database, _local);
    }

    public async ValueTask DisposeAsync()
    {
        await _datasets.DisposeAsync();
        await _local.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task CrashImages_CommittedVersionsReadable()
    {
        byte[] big = new byte[1_300_000];
        new Random(1).NextBytes(big);
        string loans = Write("loans.csv", Encoding.UTF8.GetBytes(Loans(200)));
        Write("f/a.bin", big);
        Write("f/b.txt", "b"u8.ToArray());
        string source = _folder["source", "f"];
        await _datasets.CommitAsync("loans", loans);
        await _datasets.CommitAsync("f", source);

        // chunks that are there already, and others
        Write("f/a.bin", [.. big[..600_000], 7, .. big[600_000..]]);
        await _datasets.CommitAsync("f", source, configure: o => o.Tag("first"));
        Workspace work = await _datasets.OpenWorkspaceAsync("f", source);
        Write("f/c/d.txt", "d"u8.ToArray());
        await work.CommitAsync();

        // nothing new but the record; nothing at all
        await _datasets.CommitAsync("again", source);
        await _datasets.CommitAsync("again", source);
        await CommitBesideAnotherAsync(loans);
        DatasetVersion table = await _datasets.GetAsync("loans");
        PrivacyPlan plan = PrivacyPlan.Gdpr(PseudonymKeys.CreateFile(_folder["keys"])).Pseudonymize("id").Bin("age", 10).Require(["age"], k: 2);
        await _datasets.DeriveAsync("loans-safe", table, plan, "for the images");

        int[] numbers = [];
        foreach (int step in Enumerable.Range(0, _images.Count + 1).Where(_images.IsOther))
        {
            foreach (bool keepNames in new[] { false, true })
            {
                numbers = await CheckAsync(step, keepNames);
            }
        }

        Assert.Equal([3, 3, 1, 1], numbers);
        Assert.True(_images.Count > 40, $"only {_images.Count} steps");
    }

    /// <summary>Another takes the number first, so the record is written once more, outside of the batch.</summary>
    private async Task CommitBesideAnotherAsync(string loans)
    {
        _database.Before = async () =>
        {
            _database.Before = null;
            await _datasets.CommitAsync("loans", Write("other.csv", Encoding.UTF8.GetBytes(Loans(60))));
        };
        File.WriteAllText(loans, Loans(90));
        DatasetVersion second = await _datasets.CommitAsync("loans", loans);
        Assert.Equal(3, second.Number);
    }

    private static DatasetCatalog Catalog(LifecycleDatabase database, LocalWorkspace local) =>
        new(database, local.Blobs, local.Objects, local.Audit, local.Events, new NamedActor("ada"));

    private static string Loans(int rows) =>
        "id,age\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{20 + (i % 30)}\n")));

    private string Write(string path, byte[] content)
    {
        string full = _folder["source", path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    // The lineage writes, too, at moments of its own: one copy at a time, and its step is that of the last write whose work may be in it.
    private void CopyDatabase()
    {
        lock (_commits)
        {
            Copy();
        }
    }

    private void Copy()
    {
        string copy = _folder[string.Create(CultureInfo.InvariantCulture, $"database-{_commits.Count}")];
        using SqliteConnection connection = new($"Data Source={_local.Database.File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $copy";
        command.Parameters.AddWithValue("$copy", copy);
        command.ExecuteNonQuery();
        _commits.Add((_worked, copy));
    }

    /// <summary>Opens what a loss of power left and reads every byte of every version; returns how many versions each dataset has.</summary>
    private async Task<int[]> CheckAsync(int step, bool keepNames)
    {
        using TemporaryFolder image = new();
        _images.Write(step, keepNames, _local.Blobs.Folder, Directory.CreateDirectory(image["lifecycle", "objects"]).FullName);
        await File.WriteAllTextAsync(image["lifecycle", "objects", "FORMAT"], ObjectFolder.Format);
        string? database;
        lock (_commits)
        {
            database = _commits.FindLast(c => c.Step <= step).Database;
        }

        if (database is not null)
        {
            File.Copy(database, image["lifecycle", "lifecycle.db"]);
        }

        await using LocalWorkspace local = LocalWorkspace.Open(image["lifecycle"], Options);
        await using DatasetCatalog datasets = Catalog(local.Database, local);
        List<int> numbers = [];
        foreach (string name in new[] { "loans", "f", "again", "loans-safe" })
        {
            List<DatasetVersion> versions = await datasets.VersionsAsync(name).ToListAsync();
            foreach (DatasetVersion version in versions)
            {
                Assert.True((await datasets.VerifyAsync(version)).Problems is [], $"{version} after step {step}: {string.Join("; ", (await datasets.VerifyAsync(version)).Problems)}");
                Assert.Equal(name == "loans-safe", await datasets.DerivationOfAsync(version) is not null);
            }

            numbers.Add(versions.Count);
        }

        Assert.True((await datasets.VerifyAsync()).IsSound);
        return [.. numbers];
    }
}
