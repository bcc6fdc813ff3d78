using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class SqliteDatabaseTests : LifecycleDatabaseSpecification<SqliteDatabase>, IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SqliteDatabase> _open = [];

    protected override SqliteDatabase Database => field ??= OpenAnother();

    public async ValueTask DisposeAsync()
    {
        foreach (SqliteDatabase database in _open)
        {
            await database.DisposeAsync();
        }

        _folder.Dispose();
    }

    protected override SqliteDatabase OpenAnother()
    {
        SqliteDatabase database = new(_folder["lifecycle.db"]);
        _open.Add(database);
        return database;
    }
}
