using System.Security.Cryptography;

namespace Lifecycle.Drift;

/// <summary>Reads profiles from bytes that nobody vouches for.</summary>
internal static partial class ProfileReader
{
    public const int MostBytes = 64 << 20;
    public const int MostColumns = 100_000;

    private const int HeadBytes = 8;

    public static ReferenceProfile Read(ReadOnlySpan<byte> file)
    {
        ByteCursor cursor = new(file, 0);
        if (file.Length > MostBytes)
        {
            throw cursor.Error("length", $"it has {file.Length} bytes; a profile has at most {MostBytes}");
        }

        if (file.Length < HeadBytes + SHA256.HashSizeInBytes || !file.StartsWith(ProfileWriter.Magic))
        {
            throw cursor.Error("signature", "it is not a reference profile, which begins with 'LDP'", "Name a file that ReferenceProfile.SaveAsync wrote");
        }

        cursor.Bytes(ProfileWriter.Magic.Length, "signature");
        int version = cursor.UInt16("version");
        if (version != ProfileWriter.Version)
        {
            throw new ProfileFormatException(4, "version", $"it has the format version {version} and this package reads {ProfileWriter.Version}. Update Lifecycle.Drift");
        }

        if (cursor.UInt16("flags") != 0)
        {
            throw new ProfileFormatException(6, "flags", "it uses features that this version does not know. Update Lifecycle.Drift");
        }

        int end = file.Length - SHA256.HashSizeInBytes;
        if (!SHA256.HashData(file[..end]).AsSpan().SequenceEqual(file[end..]))
        {
            throw new ProfileFormatException(end, "checksum", "the bytes do not fit their SHA-256; the file is cut or damaged. Take the file from a copy or build the profile again");
        }

        return Columns(new ByteCursor(file[HeadBytes..end], HeadBytes));
    }

    /// <summary>Whether a section has a meaning in this version.</summary>
    public static bool IsKnown(byte type) => type is (>= Section.Name and <= Section.Hints) or Section.Errors or >= Section.FirstRefused;

    private static ReferenceProfile Columns(ByteCursor cursor)
    {
        int count = cursor.Many("columns", 1, MostColumns);
        long rows = cursor.Varint("rows");
        List<ReferenceColumn> columns = new(count);
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            long length = cursor.Varint("length of a column");
            long start = cursor.Offset;
            ReferenceColumn column = Column(new ByteCursor(cursor.Bytes(length, "a column"), start));
            if (!names.Add(column.Name))
            {
                throw new ProfileFormatException(start, "name", $"the column '{column.Name}' stands twice. {ByteCursor.Renew}");
            }

            if (column.Rows != rows)
            {
                throw new ProfileFormatException(start, "counts", $"the column '{column.Name}' has {column.Rows} rows and the profile {rows}. {ByteCursor.Renew}");
            }

            columns.Add(column);
        }

        return cursor.Left == 0 ? new ReferenceProfile(rows, columns) : throw cursor.Error("end", $"{cursor.Left} bytes follow the last column");
    }

    private static ReferenceColumn Column(ByteCursor cursor)
    {
        ColumnParts parts = new();
        int last = 0;
        while (cursor.Left > 0)
        {
            byte type = cursor.Byte("type of a section");
            if (type <= last)
            {
                throw cursor.Error("type of a section", $"section {type} stands behind section {last}; they come in order and once");
            }

            if (type >= Section.FirstRefused)
            {
                throw cursor.Error("type of a section", $"section {type} was written by a newer version", "Update Lifecycle.Drift");
            }

            last = type;
            long length = cursor.Varint("length of a section");
            long start = cursor.Offset;
            ByteCursor section = new(cursor.Bytes(length, "a section"), start);
            Read(ref section, type, parts);
            if (section.Left > 0)
            {
                throw section.Error($"section {type}", $"{section.Left} bytes are too many");
            }
        }

        return parts.Name is null || parts.Kind is null || parts.Counts is null
            ? throw cursor.Error("column", "its name, kind or counts are missing")
            : parts.Kind == ColumnKind.Category ? Category(cursor, parts) : Numeric(cursor, parts);
    }
}
