using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Lifecycle.Serving;

/// <summary>One side of a binding: rows of a type to tensors and back.</summary>
internal sealed class RowColumns<[DynamicallyAccessedMembers(ModelTypes.Members)] TRow>
{
    private readonly TensorColumn<TRow>[] _columns;
    private readonly TensorColumn<TRow>[] _set;
    private readonly RowConstruction<TRow>? _construction;
    private readonly IReadOnlyList<RowMember> _parameters = [];
    private readonly bool _whole;
    private readonly bool _reuses;

    /// <param name="members">Null when the row is itself the value.</param>
    /// <param name="columns">In the order of the tensors; may be none where nothing has to fit.</param>
    public RowColumns(RowMembers? members, TensorColumn<TRow>[] columns)
    {
        _columns = columns;
        _set = [.. columns.Where(c => c.CanSet)];
        WhyNotWritten = Array.Find(columns, c => !c.CanGet) is { } closed ? $"the property {closed.Member!.Name} of {ColumnTypes.Say(typeof(TRow))} cannot be read" : null;
        if (members is null)
        {
            _whole = _reuses = true;
            return;
        }

        _parameters = members.Parameters;
        WhyNotRead = members.WhyNotMade
            ?? (members.Parameters.FirstOrDefault(p => !columns.Any(c => c.Member == p)) is { } open
                ? $"the parameter {open.Name} of {ColumnTypes.Say(typeof(TRow))} has no tensor"
                : null);
        if (WhyNotRead is null)
        {
            _construction = members.Constructor is null ? null : new RowConstruction<TRow>(members, columns);
            _reuses = members.Parameters.All(p => p.CanSet);
        }
    }

    /// <summary>Why rows cannot be made of tensors; null when they can.</summary>
    public string? WhyNotRead { get; }

    /// <summary>Why tensors cannot be made of rows; null when they can.</summary>
    public string? WhyNotWritten { get; }

    /// <summary>Whether a tensor can be made of rows.</summary>
    public bool Writes(TensorSpec tensor) => WhyNotWritten is null && Array.Exists(_columns, c => c.Name == tensor.Name);

    /// <summary>Whether rows take over all of a tensor.</summary>
    public bool Reads(TensorSpec tensor) => WhyNotRead is null && Array.Exists(_columns, c => c.Name == tensor.Name)
        && Array.TrueForAll(_columns, c => c.Name != tensor.Name || c.CanSet || _parameters.Contains(c.Member!));

    public void Write(TensorSet set, int rows, int row, TRow value)
    {
        if (WhyNotWritten is not null)
        {
            throw new NotSupportedException($"No tensors can be made of rows: {WhyNotWritten}.");
        }

        if (row == 0)
        {
            set.Clear();
        }

        if (value is null && !_whole)
        {
            throw new InvalidInputException($"Row {row} is null; every row needs to be a {ColumnTypes.Say(typeof(TRow))}.");
        }

        foreach (TensorColumn<TRow> column in _columns)
        {
            column.Write(set, rows, row, ref value);
        }
    }

    public void Write(TensorSet set, ReadOnlySpan<TRow> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            Write(set, rows.Length, i, rows[i]);
        }

        if (rows.IsEmpty)
        {
            WriteNone(set);
        }
    }

    public TRow Read(TensorSet set, int row)
    {
        if (WhyNotRead is not null)
        {
            throw new NotSupportedException($"No rows can be made of tensors: {WhyNotRead}.");
        }

        if (_construction is not null)
        {
            return _construction.Make(set, row);
        }

        TRow made = _whole ? default! : Activator.CreateInstance<TRow>();
        Fill(set, row, ref made);
        return made;
    }

    public void Read(TensorSet set, int row, ref TRow into)
    {
        if (_reuses && (into is not null || _whole))
        {
            Fill(set, row, ref into);
        }
        else
        {
            into = Read(set, row);
        }
    }

    private void Fill(TensorSet set, int row, ref TRow into)
    {
        foreach (TensorColumn<TRow> column in _set)
        {
            column.Read(set, row, ref into);
        }
    }

    private void WriteNone(TensorSet set)
    {
        set.Clear();
        foreach (TensorColumn<TRow> column in _columns)
        {
            column.WriteNone(set);
        }
    }
}

/// <summary>Makes rows by a constructor with parameters. The boxes of its arguments are used again, so that only the row is allocated.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The ring holds only memory.")]
internal sealed class RowConstruction<TRow>
{
    private readonly ConstructorInvoker _constructor;
    private readonly TensorColumn<TRow>[] _parameters;
    private readonly TensorColumn<TRow>[] _others;
    private readonly CoreRing<Arguments> _arguments;

    public RowConstruction(RowMembers members, TensorColumn<TRow>[] columns)
    {
        _constructor = ConstructorInvoker.Create(members.Constructor!);
        _parameters = [.. members.Parameters.Select(p => columns.First(c => c.Member == p))];
        _others = [.. columns.Where(c => c.CanSet && !_parameters.Contains(c))];
        _arguments = new CoreRing<Arguments>(() => new Arguments(_parameters.Length));
    }

    public TRow Make(TensorSet set, int row)
    {
        Arguments arguments = _arguments.Rent();
        TRow made;
        try
        {
            for (int i = 0; i < _parameters.Length; i++)
            {
                _parameters[i].Read(set, row, ref arguments.Values[i]);
            }

            made = (TRow)_constructor.Invoke(arguments.Values.AsSpan());
        }
        finally
        {
            _arguments.Return(arguments);
        }

        foreach (TensorColumn<TRow> column in _others)
        {
            column.Read(set, row, ref made);
        }

        return made;
    }

    private sealed class Arguments(int count) : IDisposable
    {
        public object?[] Values { get; } = new object?[count];

        public void Dispose()
        {
        }
    }
}
