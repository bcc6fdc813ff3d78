using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>The tensor that one or several members of a row share.</summary>
internal sealed class TensorSlot(TensorSpec spec, int index)
{
    public TensorSpec Spec => spec;

    /// <summary>Values a row; -1 when the first row says.</summary>
    public int Width { get; } = spec.Shape.Rank == 1 ? 1 : checked((int)spec.Shape[1]);

    /// <summary>Makes the tensor for so many rows.</summary>
    public TensorValue Prepare(TensorSet set, int rows, int width)
    {
        if (spec.Shape[0] != -1 && spec.Shape[0] != rows)
        {
            throw new InvalidInputException($"'{spec.Name}' takes {spec.Shape[0]} row a run; {rows} came.");
        }

        return spec.Shape.Rank == 1 ? set.Prepare(spec.Name, spec.Type, [rows]) : set.Prepare(spec.Name, spec.Type, [rows, width]);
    }

    public TensorValue Get(TensorSet set) => set.Get(spec.Name, index);
}

/// <summary>How one member of a row stands in a tensor.</summary>
internal abstract class TensorCell<TValue>
{
    /// <summary>Name of the tensor.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the tensor when the cell is its first and the row is row 0.</summary>
    public abstract void Put(TensorSet set, int rows, int row, TValue value);

    public abstract TValue Take(TensorSet set, int row);

    /// <summary>Makes the tensor without rows.</summary>
    public abstract void PutNone(TensorSet set);

    /// <summary>Puts a value into a box that is used again.</summary>
    public virtual void Box(ref object? box, TValue value) => box = value;
}

/// <summary>One value of a row; <paramref name="offset"/> counts the values of a row that stand before it.</summary>
internal abstract class ScalarCell<TValue>(TensorSlot slot, int offset, int width) : TensorCell<TValue>
{
    public sealed override string Name => slot.Spec.Name;

    public sealed override void PutNone(TensorSet set)
    {
        if (offset == 0)
        {
            slot.Prepare(set, 0, width);
        }
    }

    protected TensorValue Room(TensorSet set, int rows, int row) => row == 0 && offset == 0 ? slot.Prepare(set, rows, width) : slot.Get(set);

    protected TensorValue Tensor(TensorSet set) => slot.Get(set);

    protected int At(int row) => (row * width) + offset;
}

internal sealed class NumberCell<TValue>(TensorSlot slot, int offset, int width) : ScalarCell<TValue>(slot, offset, width)
    where TValue : unmanaged
{
    public override void Put(TensorSet set, int rows, int row, TValue value) => Room(set, rows, row).Span<TValue>()[At(row)] = value;

    public override TValue Take(TensorSet set, int row) => Tensor(set).Span<TValue>()[At(row)];

    public override void Box(ref object? box, TValue value)
    {
        if (box is null)
        {
            box = value;
        }
        else
        {
            Unsafe.Unbox<TValue>(box) = value;
        }
    }
}

/// <summary>A number that may be missing; NaN in the tensor.</summary>
internal sealed class MissingCell<TValue>(TensorSlot slot, int offset, int width) : ScalarCell<TValue?>(slot, offset, width)
    where TValue : unmanaged, IFloatingPointIeee754<TValue>
{
    public override void Put(TensorSet set, int rows, int row, TValue? value) => Room(set, rows, row).Span<TValue>()[At(row)] = value ?? TValue.NaN;

    public override TValue? Take(TensorSet set, int row)
    {
        TValue value = Tensor(set).Span<TValue>()[At(row)];
        return TValue.IsNaN(value) ? null : value;
    }
}

/// <summary>A text; one that is null becomes empty.</summary>
internal sealed class TextCell(TensorSlot slot, int offset, int width) : ScalarCell<string?>(slot, offset, width)
{
    public override void Put(TensorSet set, int rows, int row, string? value) => Room(set, rows, row).SetText(At(row), value);

    public override string Take(TensorSet set, int row) => Encoding.UTF8.GetString(Tensor(set).Texts[At(row)].Span);
}

/// <summary>A date and time as ISO 8601; an empty text is the default.</summary>
internal sealed class DateCell(TensorSlot slot, int offset, int width) : ScalarCell<DateTime>(slot, offset, width)
{
    private const int Longest = 64;

    public override void Put(TensorSet set, int rows, int row, DateTime value)
    {
        Span<byte> text = stackalloc byte[Longest];
        value.TryFormat(text, out int written, "O", CultureInfo.InvariantCulture);
        Room(set, rows, row).SetText(At(row), text[..written]);
    }

    public override DateTime Take(TensorSet set, int row)
    {
        ReadOnlySpan<byte> text = Tensor(set).Texts[At(row)].Span;
        if (text.IsEmpty)
        {
            return default;
        }

        // UTF-8 never has fewer bytes than characters.
        Span<char> characters = stackalloc char[Longest];
        if (text.Length <= Longest
            && DateTime.TryParse(characters[..Encoding.UTF8.GetChars(text, characters)], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime date))
        {
            return date;
        }

        throw new InvalidInputException(
            $"'{Encoding.UTF8.GetString(text[..Math.Min(text.Length, Longest)])}' in row {row} of '{Name}' is no date; send ISO 8601, for example 1990-12-31T00:00:00.");
    }

    public override void Box(ref object? box, DateTime value)
    {
        if (box is null)
        {
            box = value;
        }
        else
        {
            Unsafe.Unbox<DateTime>(box) = value;
        }
    }
}

/// <summary>All values of a row.</summary>
internal abstract class ArrayCell<TValue>(TensorSlot slot) : TensorCell<TValue>
{
    public sealed override string Name => slot.Spec.Name;

    public sealed override void PutNone(TensorSet set) => slot.Prepare(set, 0, Math.Max(slot.Width, 0));

    /// <summary>The tensor with room, and where the row begins.</summary>
    protected TensorValue Room(TensorSet set, int rows, int row, int width, out int at)
    {
        if (slot.Width >= 0 && width != slot.Width)
        {
            throw new InvalidInputException($"'{slot.Spec.Name}' takes {slot.Width} values a row; row {row} has {width}.");
        }

        TensorValue tensor = row == 0 ? slot.Prepare(set, rows, width) : slot.Get(set);
        if (tensor.Shape[1] != width)
        {
            throw new InvalidInputException(
                $"'{slot.Spec.Name}' has {tensor.Shape[1]} values in the first row and {width} in row {row}; rows of different length need runs of their own.");
        }

        at = row * width;
        return tensor;
    }

    /// <summary>The tensor, where the row begins, and how long it is.</summary>
    protected TensorValue Tensor(TensorSet set, int row, out int at, out int width)
    {
        TensorValue tensor = slot.Get(set);
        width = tensor.Shape[0] == 0 ? 0 : (int)(tensor.Count / tensor.Shape[0]);
        at = row * width;
        return tensor;
    }
}

internal sealed class NumbersCell<TValue>(TensorSlot slot) : ArrayCell<TValue[]?>(slot)
    where TValue : unmanaged
{
    public override void Put(TensorSet set, int rows, int row, TValue[]? value) =>
        value.AsSpan().CopyTo(Room(set, rows, row, value?.Length ?? 0, out int at).Span<TValue>()[at..]);

    public override TValue[] Take(TensorSet set, int row) => Tensor(set, row, out int at, out int width).Span<TValue>().Slice(at, width).ToArray();
}

internal sealed class MemoryCell<TValue>(TensorSlot slot) : ArrayCell<ReadOnlyMemory<TValue>>(slot)
    where TValue : unmanaged
{
    public override void Put(TensorSet set, int rows, int row, ReadOnlyMemory<TValue> value) =>
        value.Span.CopyTo(Room(set, rows, row, value.Length, out int at).Span<TValue>()[at..]);

    public override ReadOnlyMemory<TValue> Take(TensorSet set, int row) => Tensor(set, row, out int at, out int width).Span<TValue>().Slice(at, width).ToArray();
}

internal sealed class TextsCell(TensorSlot slot) : ArrayCell<string?[]?>(slot)
{
    public override void Put(TensorSet set, int rows, int row, string?[]? value)
    {
        TensorValue tensor = Room(set, rows, row, value?.Length ?? 0, out int at);
        for (int i = 0; i < value?.Length; i++)
        {
            tensor.SetText(at + i, value[i]);
        }
    }

    public override string[] Take(TensorSet set, int row)
    {
        Span<ReadOnlyMemory<byte>> texts = Tensor(set, row, out int at, out int width).Texts.Slice(at, width);
        string[] strings = new string[width];
        for (int i = 0; i < width; i++)
        {
            strings[i] = Encoding.UTF8.GetString(texts[i].Span);
        }

        return strings;
    }
}
