using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Lifecycle.Storage.Local;

/// <summary>Turns result codes of SQLite into one sentence with a remedy.</summary>
internal static class SqliteFailure
{
    public static bool IsBusy(int code) => (code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    /// <summary>Whether the error speaks of the file or the disk; others, such as a broken constraint, belong to the feature that asked.</summary>
    public static bool IsOfTheStore(SqliteException error) => error.SqliteErrorCode is raw.SQLITE_PERM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED
        or raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_CORRUPT or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_NOTADB;

    /// <summary>The error a caller sees.</summary>
    public static LifecycleStorageException Of(SqliteException cause, string operation, string file, TimeSpan waited)
    {
        string folder = Path.GetDirectoryName(file) ?? file;
        (string what, bool transient) = cause.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL => (
                $"Another process has been writing to '{file}' for more than {waited.TotalSeconds:0} s. Call again, or raise LocalStorageOptions.BusyTimeout.", true),
            raw.SQLITE_FULL => (DiskFailure.Full(folder, 0) + " Free space there or move the workspace, then call again; nothing was changed.", false),
            raw.SQLITE_READONLY or raw.SQLITE_PERM => (
                $"'{file}' may not be written. Give '{Environment.UserName}' read and write rights on '{folder}', or use another folder for the workspace; nothing was changed.", false),
            raw.SQLITE_CANTOPEN => (
                $"'{file}' cannot be opened. Check that the folder '{folder}' is there and that '{Environment.UserName}' may read and write it.", false),
            raw.SQLITE_CORRUPT => ($"'{file}' is damaged ({cause.Message}). Restore it from a copy, together with the files beside it; nothing was changed.", false),
            raw.SQLITE_NOTADB => ($"'{file}' is not a SQLite database. Move it away or open another folder; nothing was changed.", false),
            _ => ($"'{file}' could not be read or written ({cause.Message}). Check the disk, then call again; nothing was changed.", false),
        };
        return new LifecycleStorageException("database", operation, file, what, transient, cause);
    }
}
