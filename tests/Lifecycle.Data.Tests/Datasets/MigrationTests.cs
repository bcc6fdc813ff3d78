using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

/// <summary>A published step of the tables is never changed: a workspace that has it would be refused.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData("data", 1, "21782b4f175b90b269510f22e6c6cc02dbd8760af01a7d67edeb104fd4875877")]
    [InlineData("data", 2, "6517a51a7adfb3ba771532aa3901c76d7b84445d465a6bad055ef1729f3508a6")]
    [InlineData("storage", 1, "d7997b8980c29181eb77cbce8092440410892038ccbff5516222330c3d748113")]
    [InlineData("storage", 2, "1874e94deeb5db8f711550e9f280bbed1896db5e101503fdee7fce5df446f54d")]
    public void APublishedStep_IsWhatItWas(string owner, int number, string digest)
    {
        MigrationSet set = owner == "data" ? DatasetTables.Migrations : SqliteMigrations.Storage;
        string sql = set.Steps[number - 1].Sql[SqlDialect.Sqlite].ReplaceLineEndings("\n");
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AWorkspaceWithTheFirstSteps_OpensWithAll(int steps)
    {
        await using TestWorkspace w = new();
        string folder = w.Path("old");
        await using (LocalWorkspace old = LocalWorkspace.Open(folder))
        {
            await old.Database.MigrateAsync(new MigrationSet("data", [.. DatasetTables.Migrations.Steps.Take(steps)]));
        }

        await using LocalWorkspace opened = LocalWorkspace.Open(folder);
        await using DatasetCatalog datasets = new(opened.Database, opened.Blobs, opened.Objects, opened.Audit, opened.Events);
        DatasetVersion made = await datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"), configure: c => c.DerivedFrom(new LineageNode("file", "x")));
        Assert.Equal(1, (await datasets.GetAsync("t")).Number);
        Assert.Equal(made.Id, (await datasets.GetAsync("t")).Id);
        await using DbConnection connection = await opened.Database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command("SELECT group_concat(name, ' ') FROM pragma_index_info('data_lineage_edge_to')");
        Assert.Equal("to_kind to_id from_kind from_id relation at actor", await command.ExecuteScalarAsync());
    }
}
