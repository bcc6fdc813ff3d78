namespace Lifecycle.Data;

/// <summary>Changes of one part that wait in a temporary file, in their order.</summary>
internal sealed class ChangeSpill : IDisposable
{
    private readonly FileStream _file;
    private readonly BinaryWriter _writer;
    private readonly BinaryReader _reader;
    private readonly string[] _columns;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private long _length = -1;

    public ChangeSpill(string? folder, string[] columns)
    {
        _file = RowSpill.Create(folder);
        _writer = new BinaryWriter(_file);
        _reader = new BinaryReader(_file);
        _columns = columns;
        for (int i = 0; i < columns.Length; i++)
        {
            _positions.Add(columns[i], i);
        }
    }

    /// <summary>The next change, after <see cref="TryRead"/>.</summary>
    public RowChange? Current { get; private set; }

    public void Write(RowChange change)
    {
        _writer.Write((byte)change.Kind);
        _writer.Write(change.OldRow ?? -1);
        _writer.Write(change.NewRow ?? -1);
        _writer.Write(change.Key.Count);
        foreach (string? value in change.Key)
        {
            Write(value);
        }

        _writer.Write(change.Cells.Count);
        foreach (CellChange cell in change.Cells)
        {
            _writer.Write(_positions[cell.Column]);
            Write(cell.Old);
            Write(cell.New);
        }
    }

    public bool TryRead()
    {
        if (_length < 0)
        {
            _writer.Flush();
            _length = _file.Length;
            _file.Position = 0;
        }

        if (_file.Position >= _length)
        {
            Current = null;
            return false;
        }

        RowChangeKind kind = (RowChangeKind)_reader.ReadByte();
        long old = _reader.ReadInt64(), @new = _reader.ReadInt64();
        string?[] key = new string?[_reader.ReadInt32()];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (string?)Read();
        }

        CellChange[] cells = new CellChange[_reader.ReadInt32()];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = new CellChange(_columns[_reader.ReadInt32()], Read(), Read());
        }

        Current = new RowChange(kind, key, old < 0 ? null : old, @new < 0 ? null : @new, cells);
        return true;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _file.Dispose();
    }

    private void Write(object? value)
    {
        _writer.Write((byte)(value is null ? 0 : (int)Type.GetTypeCode(value.GetType())));
        switch (value)
        {
            case string text:
                _writer.Write(text);
                break;
            case long whole:
                _writer.Write(whole);
                break;
            case double real:
                _writer.Write(real);
                break;
            case int small:
                _writer.Write(small);
                break;
            case float single:
                _writer.Write(single);
                break;
            case bool flag:
                _writer.Write(flag);
                break;
            case DateTime time:
                _writer.Write(time.Ticks);
                break;
            case DateOnly date:
                _writer.Write(date.DayNumber);
                break;
        }
    }

    private object? Read() => (TypeCode)_reader.ReadByte() switch
    {
        TypeCode.Empty => null,
        TypeCode.String => _reader.ReadString(),
        TypeCode.Int64 => _reader.ReadInt64(),
        TypeCode.Double => _reader.ReadDouble(),
        TypeCode.Int32 => _reader.ReadInt32(),
        TypeCode.Single => _reader.ReadSingle(),
        TypeCode.Boolean => _reader.ReadBoolean(),
        TypeCode.DateTime => new DateTime(_reader.ReadInt64(), DateTimeKind.Utc),
        _ => DateOnly.FromDayNumber(_reader.ReadInt32()),
    };
}
