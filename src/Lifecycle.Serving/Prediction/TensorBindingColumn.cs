namespace Lifecycle.Serving;

/// <summary>One member of a row and its place in a tensor.</summary>
internal abstract class TensorColumn<TRow>(RowMember? member)
{
    /// <summary>The member; null when the row is itself the value.</summary>
    public RowMember? Member => member;

    /// <summary>Name of the tensor.</summary>
    public abstract string Name { get; }

    public bool CanGet => member is null or { CanGet: true };

    public bool CanSet => member is null or { CanSet: true };

    public abstract void Write(TensorSet set, int rows, int row, ref TRow value);

    public abstract void WriteNone(TensorSet set);

    public abstract void Read(TensorSet set, int row, ref TRow into);

    /// <summary>Reads the value for a parameter.</summary>
    public abstract void Read(TensorSet set, int row, ref object? box);

    /// <summary>The column of a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="slot">A tensor that <see cref="ColumnTypes.WhyNot"/> has nothing against.</param>
    /// <param name="offset">Values of a row before this one.</param>
    /// <param name="width">Values of a row; 1 unless several members share the tensor.</param>
    public static TensorColumn<TRow> Of(RowMember member, TensorSlot slot, int offset = 0, int width = 1) => Make(member, member.Type, slot, offset, width);

    /// <summary>The column of a row that is itself the value.</summary>
    public static TensorColumn<TRow> Whole(TensorSlot slot) => Make(null, typeof(TRow), slot, 0, 1);

    // Every instantiation is written out, so that a program compiled ahead of time has them all.
    private static TensorColumn<TRow> Make(RowMember? member, Type type, TensorSlot slot, int offset, int width) =>
        Numbers<float>(member, type, slot, offset, width)
        ?? Numbers<double>(member, type, slot, offset, width)
        ?? Numbers<bool>(member, type, slot, offset, width)
        ?? Numbers<byte>(member, type, slot, offset, width)
        ?? Numbers<ushort>(member, type, slot, offset, width)
        ?? Numbers<uint>(member, type, slot, offset, width)
        ?? Numbers<ulong>(member, type, slot, offset, width)
        ?? Numbers<sbyte>(member, type, slot, offset, width)
        ?? Numbers<short>(member, type, slot, offset, width)
        ?? Numbers<int>(member, type, slot, offset, width)
        ?? Numbers<long>(member, type, slot, offset, width)
        ?? Numbers<Half>(member, type, slot, offset, width)
        ?? (type == typeof(float?) ? Column(member, new MissingCell<float>(slot, offset, width))
            : type == typeof(double?) ? Column(member, new MissingCell<double>(slot, offset, width))
            : type == typeof(DateTime) ? Column(member, new DateCell(slot, offset, width))
            : type == typeof(string) ? Column<string?>(member, new TextCell(slot, offset, width))
            : Column<string?[]?>(member, new TextsCell(slot)));

    private static TensorColumn<TRow>? Numbers<TValue>(RowMember? member, Type type, TensorSlot slot, int offset, int width)
        where TValue : unmanaged =>
        type == typeof(TValue) ? Column(member, new NumberCell<TValue>(slot, offset, width))
        : type == typeof(TValue[]) ? Column<TValue[]?>(member, new NumbersCell<TValue>(slot))
        : type == typeof(ReadOnlyMemory<TValue>) ? Column(member, new MemoryCell<TValue>(slot))
        : null;

    private static TensorColumn<TRow, TValue> Column<TValue>(RowMember? member, TensorCell<TValue> cell) =>
        new(member, cell, member is null ? (RowAccess<TRow, TValue>)(object)new WholeRow<TValue>() : RowAccess<TRow, TValue>.To(member));
}

/// <inheritdoc/>
internal sealed class TensorColumn<TRow, TValue>(RowMember? member, TensorCell<TValue> cell, RowAccess<TRow, TValue> access) : TensorColumn<TRow>(member)
{
    public override string Name => cell.Name;

    public override void Write(TensorSet set, int rows, int row, ref TRow value) => cell.Put(set, rows, row, access.Get(ref value));

    public override void WriteNone(TensorSet set) => cell.PutNone(set);

    public override void Read(TensorSet set, int row, ref TRow into) => access.Set(ref into, cell.Take(set, row));

    public override void Read(TensorSet set, int row, ref object? box) => cell.Box(ref box, cell.Take(set, row));
}
