using System.Text;

namespace Lifecycle.Data.Parquet;

/// <summary>Writes the few structures of Thrift's compact protocol that <see cref="PlainColumn"/> needs.</summary>
internal sealed class ThriftWriter(Stream stream)
{
    private readonly Stack<int> _outer = new();
    private int _field;

    public ThriftWriter Int(int field, int value) => Long(field, value, ThriftType.I32);

    public ThriftWriter Long(int field, long value) => Long(field, value, ThriftType.I64);

    public ThriftWriter Text(int field, string value)
    {
        Head(field, ThriftType.Binary);
        Text(value);
        return this;
    }

    public ThriftWriter Texts(int field, string only)
    {
        Head(field, ThriftType.List);
        stream.WriteByte((1 << 4) | (int)ThriftType.Binary);
        Text(only);
        return this;
    }

    public ThriftWriter Integers(int field, int only)
    {
        Head(field, ThriftType.List);
        stream.WriteByte((1 << 4) | (int)ThriftType.I32);
        Variable((ulong)only << 1);
        return this;
    }

    /// <summary>A structure; <paramref name="write"/> writes its fields.</summary>
    public ThriftWriter Struct(int field, Action<ThriftWriter> write)
    {
        Head(field, ThriftType.Struct);
        Begin();
        write(this);
        return End();
    }

    /// <summary>A list of structures; <paramref name="write"/> ends each, and begins each but the first.</summary>
    public ThriftWriter List(int field, int count, Action<ThriftWriter> write)
    {
        Head(field, ThriftType.List);
        stream.WriteByte((byte)((count << 4) | (int)ThriftType.Struct));
        Begin();
        write(this);
        return this;
    }

    public void Begin()
    {
        _outer.Push(_field);
        _field = 0;
    }

    public ThriftWriter End()
    {
        stream.WriteByte(0);
        _field = _outer.Count > 0 ? _outer.Pop() : 0;
        return this;
    }

    private ThriftWriter Long(int field, long value, ThriftType type)
    {
        Head(field, type);
        Variable((ulong)((value << 1) ^ (value >> 63)));
        return this;
    }

    private void Text(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Variable((ulong)bytes.Length);
        stream.Write(bytes);
    }

    private void Head(int field, ThriftType type)
    {
        stream.WriteByte((byte)(((field - _field) << 4) | (int)type));
        _field = field;
    }

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
