using System.Buffers.Binary;
using System.Globalization;
using Lifecycle.Data;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Sdk.Tests;

/// <summary>Damage of what is no file of the user: trees, records, manifests, chunks and recipes. Whoever needs them is named all the same.</summary>
public sealed class DamageTests
{
    private const int Recipe = 2;
    private const int Part = 1;

    [Fact]
    public async Task DamageOfWhatHoldsFilesTogether_NamesWhoNeedsIt_AndIsRepairedFromACopy()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await TamperingTests.FillAsync(workspace);
        DatasetVersion loans = await lifecycle.Datasets.GetAsync("loans");
        for (int wait = 0; wait < 1000 && !(await lifecycle.Datasets.Lineage.DownstreamOfAsync(loans)).OfKind(LineageNode.ModelVersion).Any(); wait++)
        {
            await Task.Delay(20); // edges come with events, behind the calls that made them
        }

        // two versions of one big file, that share nearly all of their chunks
        byte[] first = new byte[1_300_000];
        new Random(3).NextBytes(first);
        byte[] second = [.. first, .. first.AsSpan(0, 30_000)];
        string file = workspace.Folder["big.bin"];
        await File.WriteAllBytesAsync(file, first);
        DatasetVersion one = await lifecycle.Datasets.CommitAsync("big", file);
        await File.WriteAllBytesAsync(file, second);
        await lifecycle.Datasets.CommitAsync("big", file);

        using TemporaryFolder copy = new();
        LocalBlobStore intact = new(copy["objects"]);
        foreach (StoredBlob blob in await lifecycle.Blobs.ListAsync().ToListAsync())
        {
            await using Stream content = await lifecycle.Blobs.OpenAsync(blob.Digest);
            await intact.PutAsync(content);
        }

        Digest manifest = Digest.Parse(Scalar(workspace, "SELECT digest FROM tracking_model_version"));
        Digest record = Digest.Parse(Scalar(workspace, "SELECT v.record FROM data_version v JOIN data_dataset d ON d.id = v.dataset WHERE d.name = 'loans'"));
        Digest shared = Entries(workspace).First(e => e.Flags == Part && e.Kind != Recipe && e.Length > 10_000 && first.AsSpan().StartsWith(Bytes(e))).Id;
        string[] made = ["dataset version loans@1", "run ", "model ", "model version loans/1"];

        await AssertNamedAsync("tree", Find(workspace, loans.Digest), [loans.Digest], made);
        await AssertNamedAsync("tree of a big file", Find(workspace, one.Digest), [one.Digest], "dataset version big@1");
        await AssertNamedAsync("record", Find(workspace, record), [record], made);
        await AssertNamedAsync("manifest", Find(workspace, manifest), [manifest], "model ", "model version loans/1");
        await AssertNamedAsync("shared chunk", Find(workspace, shared), [Digest.Of(first), Digest.Of(second)], "dataset version big@1", "dataset version big@2");
        await AssertNamedAsync("recipe", Entries(workspace).Single(e => e.Kind == Recipe && e.Id == Digest.Of(second)), [Digest.Of(second)], "dataset version big@2");

        async Task AssertNamedAsync(string what, Entry place, Digest[] affected, params string[] holders)
        {
            Workspace.FlipBit(place.File, (8 * (place.Offset + (place.Length / 2))) + 3);
            VerificationReport report = await lifecycle.Objects.VerifyAsync();
            DamagedBlob damaged = Assert.Single(report.Damaged);
            Assert.All(affected, a => Assert.True(damaged.Affected.Contains(a), $"{what}: {a} is not told"));
            string named = string.Join(", ", damaged.NeededBy.Select(n => n.ToString()));
            Assert.All(holders, h => Assert.True(damaged.NeededBy.Any(n => n.ToString().StartsWith(h, StringComparison.Ordinal)), $"{what}: '{h}' is not among {named}"));
            RepairReport repaired = await lifecycle.Objects.RepairAsync(intact);
            Assert.True(repaired.IsSound, $"{what}: {string.Join("; ", repaired.After.Damaged.Select(d => d.Problem))}");
            Assert.Empty((await lifecycle.Datasets.VerifyAsync()).Problems);
        }
    }

    private static byte[] Bytes(in Entry entry) => File.ReadAllBytes(entry.File)[(int)entry.Offset..(int)(entry.Offset + entry.Length)];

    // Where a blob lies: a file of its own, or an entry of a pack.
    private static Entry Find(Workspace workspace, Digest digest) => File.Exists(workspace.FileOf(digest))
        ? new Entry(workspace.FileOf(digest), 0, 0, digest, 0, new FileInfo(workspace.FileOf(digest)).Length)
        : Entries(workspace).First(e => e.Id == digest && e.Kind != Recipe);

    // The entries of all packs, read from their bytes alone: 16 bytes, then entries (kind, codec, flags, stored, raw, id) up to where the footer says.
    private static IEnumerable<Entry> Entries(Workspace workspace)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(workspace.Root, "objects"), "*.pack", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            long end = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(bytes.Length - 64));
            for (long at = 16; at < end;)
            {
                ReadOnlySpan<byte> header = bytes.AsSpan((int)at, 44);
                long stored = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
                Entry entry = new(
                    file, header[0], BinaryPrimitives.ReadUInt16LittleEndian(header[2..]), Digest.Parse("sha256:" + Convert.ToHexStringLower(header[12..])), at + 44, stored);
                at += 44 + stored;
                yield return entry;
            }
        }
    }

    private static string Scalar(Workspace workspace, string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(workspace.Root, "lifecycle.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        object value = command.ExecuteScalar()!;
        return "sha256:" + (value is byte[] bytes ? Convert.ToHexStringLower(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!.Replace("sha256:", "", StringComparison.Ordinal));
    }

    private readonly record struct Entry(string File, int Kind, int Flags, Digest Id, long Offset, long Length);
}
