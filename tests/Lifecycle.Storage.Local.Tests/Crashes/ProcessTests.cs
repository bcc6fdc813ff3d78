using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class ProcessTests
{
    private const int Processes = 16;
    private const int Kills = 25;

    [Fact]
    public async Task SixteenProcesses_OpenANewWorkspaceAtTheSameMoment()
    {
        await using Workspaces workspaces = new();
        ChildProcess[] children = [.. Enumerable.Range(0, Processes).Select(i => ChildProcess.Start(ChildRoutines.Open, workspaces.Root, $"p{i:00}"))];
        try
        {
            await Task.WhenAll(children.Select(c => c.ExpectAsync("ready")));
            await Task.WhenAll(children.Select(c => c.SendAsync("go")));
            await Task.WhenAll(children.Select(c => c.ExpectAsync("done")));
            await Task.WhenAll(children.Select(c => c.EndAsync()));
        }
        finally
        {
            Array.ForEach(children, c => c.Dispose());
        }

        LocalWorkspace workspace = workspaces.Open();
        string[] names = [.. Enumerable.Range(0, Processes).Select(i => $"p{i:00}")];
        Assert.Equal(names, (await workspace.Audit.ReadAsync().ToListAsync()).Select(e => e.Actor).Order(StringComparer.Ordinal));
        Assert.Equal(names, (await NotesAsync(workspace)).Values.Order(StringComparer.Ordinal));
        Assert.Equal(names, (await workspace.Objects.SourcesAsync()).Order(StringComparer.Ordinal));
        Assert.Single(await workspace.Blobs.ListAsync().ToListAsync());
        await AssertSoundAsync(workspace);
        Assert.DoesNotContain(workspaces.Folder.Files(), f => f.Contains(".tmp-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AProcessThatIsKilledAtAnyMoment_KeepsWhatItPromised_AndShowsNothingHalf()
    {
        await using Workspaces workspaces = new();
        HashSet<Digest> blobs = [];
        Dictionary<long, Digest> entries = [];
        for (int kill = 0; kill < Kills; kill++)
        {
            using ChildProcess child = ChildProcess.Start(ChildRoutines.Write, workspaces.Root, $"w{kill}");
            List<string> lines = [];
            for (int promised = 0; promised <= kill % 13; promised++)
            {
                lines.Add((await child.Output.ReadLineAsync())!);
            }

            await Task.Delay(TimeSpan.FromMicroseconds(RandomNumberGenerator.GetInt32(0, 30_000)));
            Collect([.. lines, .. await child.KillAsync()], blobs, entries);
            await using LocalWorkspace workspace = LocalWorkspace.Open(workspaces.Root, workspaces.Options);
            await AssertKeptAsync(workspace, blobs, entries);
        }

        Assert.True(entries.Count >= Kills, $"only {entries.Count} entries were promised");
        await AssertNothingHalfAsync(workspaces.Open(), blobs);
    }

    private static void Collect(IEnumerable<string> lines, HashSet<Digest> blobs, Dictionary<long, Digest> entries)
    {
        foreach (string[] words in lines.Select(l => l.Split(' ')))
        {
            if (words[0] == "blob")
            {
                blobs.Add(Digest.Parse(words[1]));
            }
            else
            {
                Assert.Equal("entry", words[0]);
                entries.Add(long.Parse(words[1], CultureInfo.InvariantCulture), Digest.Parse(words[2]));
            }
        }
    }

    private static async Task AssertKeptAsync(LocalWorkspace workspace, HashSet<Digest> blobs, Dictionary<long, Digest> entries)
    {
        await AssertSoundAsync(workspace);
        List<AuditEntry> log = await workspace.Audit.ReadAsync().ToListAsync();
        Assert.All(entries, promised => Assert.Equal(promised.Value, log[(int)promised.Key - 1].Head));
        Assert.Equal(log.Select(e => (e.Sequence, e.Subject)), (await NotesAsync(workspace)).Select(n => (n.Key, "note/" + n.Value)));
        Assert.Empty(await workspace.Blobs.KeepAsync(blobs));
    }

    private static async Task AssertNothingHalfAsync(LocalWorkspace workspace, HashSet<Digest> promised)
    {
        List<StoredBlob> there = await workspace.Blobs.ListAsync().ToListAsync();
        Assert.Subset(there.Select(b => b.Digest).ToHashSet(), promised);
        foreach (StoredBlob blob in there)
        {
            await using Stream content = await workspace.Blobs.OpenAsync(blob.Digest);
            Assert.Equal(blob.Digest, await Digest.OfAsync(content));
        }
    }

    private static async Task AssertSoundAsync(LocalWorkspace workspace)
    {
        Assert.Empty((await workspace.Audit.VerifyAsync()).Problems);
        VerificationReport report = await workspace.Objects.VerifyAsync();
        Assert.Empty(report.Damaged);
        Assert.Empty(report.Missing);
    }

    private static async Task<SortedDictionary<long, string>> NotesAsync(LocalWorkspace workspace)
    {
        await using DbConnection connection = await workspace.Database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command("SELECT seq, text FROM child_note");
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        SortedDictionary<long, string> notes = [];
        while (await reader.ReadAsync())
        {
            notes.Add(reader.GetInt64(0), reader.GetString(1));
        }

        return notes;
    }
}
